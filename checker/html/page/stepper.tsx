/** Goes through a trace: a slider, buttons, and the step in words. */
import { type Row, stepWords } from './rows.ts';

interface Props {
  readonly rows: readonly Row[];
  readonly step: number;
  readonly last: number;
  readonly choose: (step: number) => void;
}

export function Stepper({ rows, step, last, choose }: Props) {
  const before = rows.length - last;
  const words = stepWords(step === 0 ? undefined : rows[before + step - 1]);
  return (
    <div class="stepper">
      <button type="button" onClick={() => choose(step - 1)} disabled={step === 0} aria-label="Step before">
        ↑
      </button>
      <button type="button" onClick={() => choose(step + 1)} disabled={step === last} aria-label="Next step">
        ↓
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={step}
        aria-label="Step"
        aria-valuetext={words}
        onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
      />
      <p aria-live="polite">
        <span class="where">
          {step} of {last}
        </span>{' '}
        {words}
      </p>
    </div>
  );
}
