/** A step in its lanes: its statements, what was special about them, and what it changed elsewhere. */
import { Component } from 'preact';
import type { Reordering } from '../../system.ts';
import { functionWords } from '../data.ts';
import { Breakable } from './breakable.tsx';
import { hashOf } from './route.ts';
import { notesOf, type Row, type ShownLine } from './rows.ts';

interface StepProps {
  readonly id: string;
  readonly row: Row;
  readonly lanes: readonly string[];
  readonly isCurrent: boolean;
}

/** Drawn anew only when it becomes the current one or was it. */
export class Step extends Component<StepProps> {
  override shouldComponentUpdate(next: StepProps): boolean {
    return next.isCurrent !== this.props.isCurrent || next.row !== this.props.row;
  }

  override render() {
    const { id, row, lanes, isCurrent } = this.props;
    const { step, lane, lines, effects, repeats } = row;
    return (
      <li
        id={step > 0 ? `step-${step}` : undefined}
        class={`step${repeats ? ' repeats' : ''}`}
        aria-current={isCurrent ? 'step' : undefined}
        data-step={step}
      >
        {repeats && <div class="banner">repeats for ever from here:</div>}
        <a class="at" href={hashOf({ view: 'trace', id, step })} tabIndex={isCurrent ? 0 : -1}>
          {step > 0 ? step : '·'}
        </a>
        {lanes.map((name) => {
          const own = name === lane;
          const here = effects.filter(({ column }) => column === name);
          if (!own && here.length === 0) return <div key={name} class="lane" />;
          return (
            <div key={name} class={own ? 'lane own' : 'lane'}>
              <span class="only-read">{name}: </span>
              {own && lines.map((line, i) => <Statement key={i} line={line} />)}
              {here.map(({ text }, i) => (
                <p key={i} class="effect">
                  <Breakable text={text} />
                </p>
              ))}
            </div>
          );
        })}
      </li>
    );
  }
}

function Statement({ line }: { readonly line: ShownLine }) {
  const { enters, text, reorderings = [] } = line;
  return (
    <>
      {enters !== undefined && (
        <p class="function">
          <Breakable text={functionWords(enters)} />
        </p>
      )}
      <p class={line.fn === undefined ? 'line' : 'line inside'}>
        <Breakable text={text} />
      </p>
      {notesOf(line).map((note) => (
        <p key={note} class="note">
          <Breakable text={note} />
        </p>
      ))}
      {reorderings.map((it, i) => (
        <Overtaking key={i} reordering={it} />
      ))}
    </>
  );
}

const KINDS: Readonly<Record<Reordering['kind'], string>> = {
  early: 'took effect before',
  late: 'was overtaken by',
  stale: 'read as if before',
};

/** Where no other access stands out. */
const OVERWRITTEN = 'read a value that had been overwritten';

/** What a line overtook, or was overtaken by, and what would have forbidden it. */
function Overtaking({ reordering }: { readonly reordering: Reordering }) {
  const { kind, other, fn, forbiddenBy } = reordering;
  return (
    <div class="reordering">
      <p>
        <strong>{kind}:</strong> {other === '' ? OVERWRITTEN : KINDS[kind]}{' '}
        <code>
          <Breakable text={other} />
        </code>
        {fn !== undefined && (
          <>
            {' '}
            in{' '}
            <code>
              <Breakable text={`${fn}()`} />
            </code>
          </>
        )}
      </p>
      {forbiddenBy.length > 0 && (
        <>
          <p class="forbidden">forbidden by any of</p>
          <ul>
            {forbiddenBy.map((way) => (
              <li key={way}>{way}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
