/** From one matrix to another, and to what none of them notices. */
import type { Matrix } from '../../matrix/matrix.ts';
import { slug } from '../../report/slug.ts';
import type { PageData } from '../data.ts';
import { hashOf } from './route.ts';

export function MatrixNav({ data, current }: { readonly data: PageData; readonly current: Matrix | null }) {
  return (
    <nav class="others" aria-label="Matrices">
      <select
        aria-label="Matrix"
        onChange={({ currentTarget }) => {
          location.hash = currentTarget.value;
        }}
      >
        {current === null && <option selected>a matrix …</option>}
        {data.matrices.map((it) => {
          const hash = hashOf({ view: 'matrix', spec: it.spec, variant: slug(it.variant) });
          return (
            <option key={hash} value={hash} selected={it === current}>
              {it.spec}, {it.variant}
            </option>
          );
        })}
      </select>
      <a href="#/survivors" aria-current={current === null ? 'page' : undefined}>
        What nobody notices
      </a>
    </nav>
  );
}
