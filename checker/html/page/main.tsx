/** START HERE for the page of `heddle report --html`: unpacks the data and shows what the address asks for. */
import './style/base.css';
import './style/table.css';
import './style/trace.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { restoreTheme } from './theme.ts';
import { unpackData } from './unpack.ts';

restoreTheme();
unpackData().then(
  (data) => render(<App data={data} />, document.getElementById('page')!),
  (error) => {
    document.getElementById('page')!.textContent =
      `This file is damaged, or the browser is too old: ${error}`;
  },
);
