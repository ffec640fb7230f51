/** What functions of the model answered, by what they read. In the mirror a function is asked about states that the like
 *  one was asked about before, and the other way round: each is run once. */
import type { Read, System } from '../system.ts';
import type { Images } from './images.ts';

/** Asks `run` of the state that `read` reads, unless it is known what it answers. */
export type Remembered<A> = (read: Read, run: (read: Read) => A) => A;

/** The component that is read next, and what follows for each of its values; or the answer. */
type Node<A> =
  | { readonly component: number; readonly children: Map<number, Node<A>> }
  | { readonly component: null; readonly answer: A };

/** A memory for one function. */
export function remembered<A>({ components }: System, images: Images): Remembered<A> {
  let root: Node<A> | undefined;
  const idOf = (c: number, read: Read): number => images.idOf(c, read(components[c]!.ref));

  function known(read: Read): Node<A> | undefined {
    let node = root;
    while (node !== undefined && node.component !== null)
      node = node.children.get(idOf(node.component, read));
    return node;
  }

  /** Keeps the answer. A function that is impure is found out by the exploration. */
  function keep(path: readonly number[], read: Read, answer: A): void {
    const leaf: Node<A> = { component: null, answer };
    const nodeOf = (i: number): Node<A> =>
      i === path.length ? leaf : { component: path[i]!, children: new Map() };
    root ??= nodeOf(0);
    let node = root;
    for (const [i, c] of path.entries()) {
      if (node.component !== c) return;
      const id = idOf(c, read);
      const next: Node<A> = node.children.get(id) ?? nodeOf(i + 1);
      node.children.set(id, next);
      node = next;
    }
  }

  return (read, run) => {
    const node = known(read);
    if (node?.component === null) return node.answer;
    const path = new Set<number>();
    const answer = run((ref) => {
      path.add(ref.index);
      return read(ref);
    });
    keep([...path], read, answer);
    return answer;
  };
}
