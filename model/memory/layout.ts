/** Where things are: cells numbered object by object, and the components that hold them. */
import { type Component, component, ModelBug, type Ref } from '../contract.ts';
import type { Life, Loc, ObjectDecl, Scenario } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { shownCells, wordTextOf } from './shown.ts';

/** A group of cells that one component holds. */
export interface Cells {
  readonly values: readonly (Value | null)[];
  /** The thread that is half-way through an atomic on the cell at this slot (decimal), if any. */
  readonly owner: Readonly<Record<string, number>>;
}

/** One cell: its name as C writes it, its object, and the slot of the component that holds it. */
export interface Cell {
  readonly loc: Loc;
  readonly name: string;
  readonly object: ObjectDecl;
  readonly field: string;
  readonly index: number;
  readonly group: Ref<Cells>;
  readonly slot: number;
}

/** What went wrong where, for messages. */
type Where = string | (() => string);
const said = (where: Where): string => (typeof where === 'string' ? where : where());

export interface Layout {
  readonly cells: readonly Cell[];
  /** Components for memory and for the lives of objects that can be allocated or freed. */
  readonly components: readonly Component[];
  /** The life of an object, for those that can be allocated or freed; others are always live. */
  readonly lives: ReadonlyMap<string, Ref<Life>>;
  readonly objects: ReadonlyMap<string, ObjectDecl>;
  /** The cell `object->field[index]`; ModelBug, ending in `where`, if there is none. */
  locate(object: string, field: string, index: number, where: Where): Loc;
  /** Every cell of that field, of one object or (null) of all that have such a field. */
  cellsOf(object: string | null, field: string): readonly Loc[];
}

/** Numbers the cells of a scenario. Component indices start at `firstIndex`. `mortal` names the objects that
 *  some program allocates or frees. */
export function layOut(scenario: Scenario, firstIndex: number, mortal: ReadonlySet<string>): Layout {
  const cells: Cell[] = [];
  const components: Component[] = [];
  const lives = new Map<string, Ref<Life>>();
  const names = scenario.programs.map((p) => p.name);
  const stes = new Set(scenario.smmus.flatMap((s) => s.streams.map(({ ste }) => ste)));
  const newRef = <T>(name: string): Ref<T> => ({ index: firstIndex + components.length, name });

  const twice = scenario.objects.find(
    (o, i) => scenario.objects.findIndex(({ name }) => name === o.name) < i,
  );
  if (twice !== undefined) throw new ModelBug(`there are two objects named '${twice.name}'`);
  for (const object of scenario.objects) {
    const slots = object.fields.flatMap((f) =>
      f.cells.map((initial, index) => ({ field: f.name, index, initial })),
    );
    const groups = object.cut === 'cell' ? slots.map((s) => [s]) : slots.length > 0 ? [slots] : [];
    const words = wordTextOf(object, stes.has(object.name));
    for (const group of groups) {
      const name = object.cut === 'cell' ? cellName(object, group[0]!.field, group[0]!.index) : object.name;
      const groupRef = newRef<Cells>(`mem:${name}`);
      const slots = group.map((s) => ({ ...s, name: cellName(object, s.field, s.index) }));
      components.push(
        component<Cells>({
          ref: groupRef,
          initial: { values: group.map((s) => s.initial), owner: {} },
          show: (cells) => shownCells(cells, slots, words, names),
        }),
      );
      group.forEach(({ field, index }, slot) => {
        cells.push({
          loc: cells.length,
          name: cellName(object, field, index),
          object,
          field,
          index,
          group: groupRef,
          slot,
        });
      });
    }
    if (mortal.has(object.name) || object.life !== 'live') {
      const life = newRef<Life>(`life:${object.name}`);
      lives.set(object.name, life);
      const show = (it: Life): readonly string[] => (it === 'live' ? [] : [`${object.name} is ${it}`]);
      components.push(component<Life>({ ref: life, initial: object.life, show }));
    }
  }
  return { cells, components, lives, ...lookUps(scenario, cells) };
}

function lookUps(scenario: Scenario, cells: readonly Cell[]): Pick<Layout, 'objects' | 'locate' | 'cellsOf'> {
  const objects = new Map(scenario.objects.map((o) => [o.name, o]));
  const byField = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = `${cell.object.name}->${cell.field}`;
    byField.set(key, [...(byField.get(key) ?? []), cell]);
  }
  const fieldsOf = (object: ObjectDecl): string =>
    ` (its fields: ${object.fields.map(({ name }) => name).join(', ') || 'none'})`;
  /** Of a pointer the first letter is taken away, which is '&'. */
  const isOneShort = (object: string): string => {
    const meant = [...objects.keys()].find((name) => name.slice(1) === object);
    return meant === undefined ? '' : `; is '&${meant}' meant, with '&'?`;
  };
  return {
    objects,
    locate(object, field, index, where) {
      const found = byField.get(`${object}->${field}`);
      if (found === undefined) {
        throw new ModelBug(
          objects.has(object)
            ? `${object} has no field '${field}'${fieldsOf(objects.get(object)!)}: ${said(where)}`
            : `there is no object named '${object}'${isOneShort(object)}: ${said(where)}`,
        );
      }
      const cell = found[index];
      if (cell === undefined) {
        throw new ModelBug(
          `index ${index} is out of bounds for ${object}->${field}, which has ${found.length} cells: ${said(where)}`,
        );
      }
      return cell.loc;
    },
    cellsOf: (object, field) =>
      cells
        .filter((c) => c.field === field && (object === null || c.object.name === object))
        .map((c) => c.loc),
  };
}

/** `invs0->inv[1].users`, `ste1->q[0]`, or just `x` for a plain variable. */
function cellName(object: ObjectDecl, field: string, index: number): string {
  if (field === 'v') return object.name;
  const many = (object.fields.find((f) => f.name === field)?.cells.length ?? 1) > 1 || field.includes('.');
  if (!many) return `${object.name}->${field}`;
  const [head, ...rest] = field.split('.');
  return `${object.name}->${head}[${index}]${rest.map((r) => `.${r}`).join('')}`;
}
