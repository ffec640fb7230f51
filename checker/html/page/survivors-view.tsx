/** Changes that no spec notices: what the properties are blind to, or what the kernel has twice. */
import { useMemo } from 'preact/hooks';
import { type Survivor, survivorsOf, type Tried } from '../../matrix/survivors.ts';
import { functionWords, type PageData } from '../data.ts';
import { Breakable } from './breakable.tsx';
import { Heads } from './columns.tsx';
import { MatrixNav } from './matrix-nav.tsx';
import { grouped } from './words.ts';

export function SurvivorsView({ data }: { readonly data: PageData }) {
  const { judged, caught, survivors, specs } = useMemo(() => survivorsOf(data.matrices), [data]);
  return (
    <article class="matrix-view">
      <MatrixNav data={data} current={null} />
      <h1>What nobody notices</h1>
      <p class="about">
        {grouped(judged)} changes were judged, each under the weakest memory model that it was run under;{' '}
        {grouped(caught)} are noticed by some spec, {grouped(survivors.length)} by none.
      </p>
      <div class="scroll">
        <table class="matrix">
          <thead>
            <tr>
              <Heads
                names={['statement', 'change', 'redundant in', 'no answer in', 'needed once this goes too']}
              />
            </tr>
          </thead>
          <tbody>
            {survivors.map((survivor, i) => (
              <Row key={survivor.id} survivor={survivor} enters={survivors[i - 1]?.fn !== survivor.fn} />
            ))}
          </tbody>
        </table>
      </div>
      <h2>By spec</h2>
      <table>
        <thead>
          <tr>
            <Heads names={['spec', 'changes judged', 'not noticed']} />
          </tr>
        </thead>
        <tbody>
          {specs.map(({ spec, variant, judged: all, survive }) => (
            <tr key={`${spec}/${variant}`}>
              <th scope="row">
                {spec}, {variant}
              </th>
              <td class="number">{grouped(all)}</td>
              <td class="number">{grouped(survive)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}

function Row({ survivor, enters }: { readonly survivor: Survivor; readonly enters: boolean }) {
  const { fn, text, sort, change, redundant, open, standsIn, noticedCopies } = survivor;
  return (
    <tr>
      <th scope="row">
        {enters && <span class="function">{functionWords(fn)}</span>}
        <code>
          <Breakable text={text} />
        </code>
        <span class="sort">{sort}</span>
      </th>
      <td class="change">
        <Breakable text={change} />
        {noticedCopies.length > 0 && <span class="sort">noticed in another copy of the line</span>}
      </td>
      <td class="none">
        {redundant.map((tried) => (
          <p key={placeOf(tried)}>
            {placeOf(tried)}
            {tried.same && ', with as many states as before'}
          </p>
        ))}
      </td>
      <td class="none">
        {open.map((tried) => (
          <p key={placeOf(tried)}>
            {placeOf(tried)}: {tried.verdict}
          </p>
        ))}
      </td>
      <td class="none">
        {standsIn.map((id) => (
          <p key={id}>
            <Breakable text={id} />
          </p>
        ))}
      </td>
    </tr>
  );
}

const placeOf = ({ spec, variant, model }: Tried): string => `${spec}, ${variant} (${model})`;
