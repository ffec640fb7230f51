/** The steps of a trace as swim lanes: a column for each agent, time flows down. */
import { Component } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Row } from './rows.ts';
import { Step } from './step.tsx';

/** A trace of more rows than this is laid out where it is looked at, in parts of so many rows. */
const LONG = 120;
const PART = 40;

interface Props {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly lanes: readonly string[];
  readonly step: number;
  readonly choose: (step: number) => void;
}

export function Lanes({ id, rows, lanes, step, choose }: Props) {
  const parts = useMemo(() => partsOf(rows), [rows]);
  const section = useRef<HTMLElement>(null);
  const chosen = useRef(-1);
  const seen = useRef(-1);
  useEffect(() => {
    const listener = (event: MouseEvent) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-step]') : null;
      // Who marks text in order to copy it does not want to go anywhere.
      if (!row || getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      chosen.current = Number(row.dataset.step);
      choose(chosen.current);
    };
    const element = section.current!;
    element.addEventListener('click', listener);
    return () => element.removeEventListener('click', listener);
  }, [choose]);
  useLayoutEffect(() => {
    const show = () => document.getElementById(`step-${step}`)?.scrollIntoView({ block: 'nearest' });
    if (chosen.current !== step) {
      show();
      // Rows far away are as high as they were guessed to be, until they are to be seen.
      if (Math.abs(step - seen.current) > 1) requestAnimationFrame(show);
    }
    chosen.current = -1;
    seen.current = step;
  }, [step, id]);
  const columns = { '--lanes': lanes.length };
  return (
    <section
      ref={section}
      class={parts.length > 1 ? 'lanes long' : 'lanes'}
      aria-label="Steps"
      style={columns}
    >
      <div class="heads" aria-hidden="true">
        <span />
        {lanes.map((lane) => (
          <span key={lane}>{lane}</span>
        ))}
      </div>
      {parts.map((part, i) => (
        <Part key={i} id={id} rows={part} lanes={lanes} current={within(part, step)} />
      ))}
    </section>
  );
}

function partsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  if (rows.length <= LONG) return [rows];
  const count = Math.ceil(rows.length / PART);
  return Array.from({ length: count }, (_, i) => rows.slice(i * PART, (i + 1) * PART));
}

/** The step if it is one of the part's, else 0. */
function within(part: readonly Row[], step: number): number {
  return part.some((row) => row.step === step) ? step : 0;
}

interface PartProps {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly lanes: readonly string[];
  readonly current: number;
}

/** Rows that are left alone unless one of them becomes the current one or was it. */
class Part extends Component<PartProps> {
  override shouldComponentUpdate(next: PartProps): boolean {
    return next.current !== this.props.current || next.rows !== this.props.rows;
  }

  override render() {
    const { id, rows, lanes, current } = this.props;
    return (
      <ol class="part" style={{ '--rows': rows.length }}>
        {rows.map((row, i) => (
          <Step key={i} id={id} row={row} lanes={lanes} isCurrent={row.step > 0 && row.step === current} />
        ))}
      </ol>
    );
  }
}
