/** The page of `heddle report --html` in a real browser, from results as `heddle check` writes them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ranWith } from '../checker/cli/test-io.ts';
import type { Matrix } from '../checker/matrix/matrix.ts';
import { parseTraceFile, traceFileText } from '../checker/report/trace-file.ts';
import { longSpec } from './report-sample.ts';
import unmapVsAttach from './unmap-vs-attach/index.ts';

const chromium = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);

const flagship = 'unmap-vs-attach--no-barrier-on-cpu1--armv8';
const specs = [unmapVsAttach, longSpec];
/** One change, that is needed under one of two models: with the trace of the variant that has made it. */
const matrix: Matrix = {
  kind: 'heddle matrix',
  schema: 1,
  heddle: '0',
  spec: 'unmap-vs-attach',
  variant: 'no barrier on CPU1',
  models: ['tso', 'armv8'],
  unchanged: { tso: { verdict: 'redundant', states: 824 } },
  rows: [
    {
      id: 'CPU1.dma_wmb.dropped',
      fn: 'arm_smmu_write_entry',
      text: 'dma_wmb()',
      programs: ['CPU1'],
      sort: 'fence',
      change: 'dropped',
      cells: {
        tso: { verdict: 'redundant', states: 824 },
        armv8: {
          verdict: 'needed',
          by: 'noStaleTranslation',
          steps: 16,
          trace: `matrix/traces/${flagship}--x`,
        },
      },
    },
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'heddle-report-'));
const file = join(folder, 'report.html');

beforeAll(async () => {
  const jobs = ['unmap-vs-attach/v7.1', 'unmap-vs-attach/no barrier on CPU1', 'long'];
  await ranWith(specs, ['check', ...jobs, '--out', folder]);
  mkdirSync(join(folder, 'matrix/traces'), { recursive: true });
  writeFileSync(join(folder, 'matrix/unmap-vs-attach.json'), JSON.stringify(matrix));
  const saved = parseTraceFile(readFileSync(join(folder, `traces/${flagship}.json`), 'utf8'), flagship);
  const change = { text: 'dma_wmb() dropped', edit: null };
  writeFileSync(join(folder, `matrix/traces/${flagship}--x.json`), traceFileText({ ...saved, change }));
  const { code, stderr } = await ranWith(specs, ['report', '--html', file, '--from', folder]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `heddle: ${flagship}--x cannot be replayed with the model as it is now: shown without what is held\n`,
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the same results make the same bytes', async () => {
  const again = join(folder, 'again.html');
  await ranWith(specs, ['report', '--html', again, '--from', folder]);
  expect(readFileSync(again, 'utf8')).toBe(readFileSync(file, 'utf8'));
});

describe.skipIf(chromium === undefined)('the page in a browser (needs chromium: CHROMIUM names it)', () => {
  let browser: Browser;
  let page: Page;
  const heard: string[] = [];

  beforeAll(async () => {
    const { chromium: launcher } = await import('playwright-core');
    // The sandbox does not start for root, as in a container.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await launcher.launch({ executablePath: chromium!, args });
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' });
    page.on('console', (message) => heard.push(message.text()));
    page.on('pageerror', (error) => heard.push(error.message));
    page.on('request', (request) => heard.push(request.url().slice(0, 40)));
  }, 60_000);
  afterAll(() => browser?.close());

  /** Loads the page anew, as who was sent a link to it does. */
  async function open(hash: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(pathToFileURL(file).href + hash);
    await page.waitForSelector('h1');
  }

  const text = async (selector: string) => (await page.locator(selector).allInnerTexts())[0];
  const address = () => new URL(page.url()).hash;
  const current = () => text('.step[aria-current]');

  test('it opens from a file, asks the network for nothing, and has nothing to complain of', async () => {
    await open('');
    const { protocol, pathname } = pathToFileURL(file);
    expect(heard.filter((it) => !`${protocol}//${pathname}`.startsWith(it))).toEqual([]);
  });

  test('the table has every job, and says which verdict was not expected', async () => {
    await open('');
    expect(await page.locator('.count strong').allInnerTexts()).toEqual(['8', '1', '5', '3']);
    expect(await page.locator('td.wrong').allInnerTexts()).toEqual([
      '✗violated: goes on\nUNEXPECTED, expected holds\n\n3 states, depth 2, 0/0 executed',
    ]);
    expect(await page.locator('.spec h2').allInnerTexts()).toEqual([
      'unmap-vs-attach an unmap races with an attach of another device to the same domain',
      'long two that count',
    ]);
  });

  test('words, kinds and the order are asked for, and stand in the address', async () => {
    await open('');
    await page.keyboard.press('/');
    await page.keyboard.type('barrier armv8');
    await expect.poll(() => text('.filter output')).toBe('1 job, 1 variant, 1 spec');
    await page.waitForURL(/#\/\?words=barrier\+armv8$/);
    await open('#/?unexpected-first=');
    expect(await text('.spec h2')).toBe('long two that count');
    await open('#/?flat=&kind=unexpected');
    expect(await page.locator('table.jobs tbody th').allInnerTexts()).toEqual(['wrongly expected']);
  });

  test('a trace opens by a click, and keys go through it', async () => {
    await open('');
    await page.click('a:has-text("violated: noStaleTranslation")');
    await page.waitForSelector('.lanes');
    expect(address()).toBe(`#/trace/${flagship}/0`);
    expect(await page.locator('.heads span').allInnerTexts()).toEqual(['', 'CPU0', 'CPU1', 'SMMU']);
    expect(await text('.holdings h2')).toBe('Initial state');
    for (const key of ['j', 'ArrowDown', 'ArrowRight', 'k']) await page.keyboard.press(key);
    await expect.poll(current).toMatch(/^2\n/);
    await page.waitForURL(/\/2$/);
    await page.keyboard.press('End');
    await expect.poll(current).toMatch(/^16\n.*__free_page\(page0\)/s);
    await page.keyboard.press('n');
    await page.waitForSelector('.lanes.long');
    await page.keyboard.press('[');
    await page.waitForSelector('.lanes:not(.long)');
    await page.keyboard.press('/');
    await page.waitForSelector('#words:focus');
    await page.goBack();
    await page.waitForSelector('.lanes');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.spec');
  });

  test('a trace opens at the step that a link names, with what is held after it', async () => {
    await open(`#/trace/${flagship}/1`);
    await page.waitForSelector('.holdings .new');
    expect(await current()).toContain('WRITE_ONCE(ste1.data[0]');
    expect(await text('.step[aria-current] .reordering')).toMatch(/early: took effect before.*dma_wmb\(\)/s);
    expect(await text('.holdings section')).toMatch(/smmu1.*new:\s+TLB: VMID 1, page 0 -> page0/s);
    expect(await text('.shows')).toContain('SMMU1 may still translate page 0');
  });

  test('a click goes to a step, and the whole trace is there as text', async () => {
    await open(`#/trace/${flagship}/0`);
    await page.click('#step-3');
    expect(await text('.stepper p')).toBe('3 of 16 CPU0: rcu_read_lock()');
    await page.click('button:text-is("Text")');
    const saved = readFileSync(join(folder, `traces/${flagship}.txt`), 'utf8');
    expect(await page.locator('pre.text').textContent()).toBe(saved);
  });

  test('dark or light is what the system has, until the reader says otherwise', async () => {
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await open('');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.keyboard.press('t');
    expect(await ground()).toBe(light);
    await page.reload();
    await page.waitForSelector('h1');
    expect(await ground()).toBe(light);
    await page.keyboard.press('t');
    expect(await ground()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('of a thousand steps those are laid out that are to be seen, and each can be gone to', async () => {
    await open('#/trace/long--a-thousand-steps--sc/500');
    await page.waitForSelector('.step[aria-current]');
    expect(await page.locator('.step').count()).toBe(1000);
    await page.keyboard.press('j');
    await expect.poll(current).toMatch(/^501\n.*a = 251/s);
    expect(await page.locator('.step[aria-current]').boundingBox()).toMatchObject({ y: expect.any(Number) });
    const held = await page.locator('.holdings li').allInnerTexts();
    expect(held.slice(-9).map((line) => line.replace(/\s+/g, ''))).toEqual([
      '−gone:cachehas243',
      ...[244, 245, 246, 247, 248, 249, 250].map((n) => `cachehas${n}`),
      '+new:cachehas251',
    ]);
  });

  test('a variant has its statements, with those that were executed', async () => {
    await open('#/variant/unmap-vs-attach/v7-1');
    expect(await text('h1')).toBe('v7.1');
    const row = page.locator('.coverage tr', { hasText: 'smp_mb()' }).first();
    expect(await row.allInnerTexts()).toEqual(['smp_mb()\t✓ executed\t✓ executed\t✓ executed']);
  });

  test('a matrix says in words what is needed, and leads to the trace of what breaks', async () => {
    await open('#/matrix');
    expect(
      (await page.locator('table.matrix tbody tr').allInnerTexts()).map((row) => row.split(/\s*[\t\n]\s*/)),
    ).toEqual([
      ['as it is', 'nothing', '✓holds', '824 states', 'not run'],
      [
        ...['arm_smmu_write_entry():', 'dma_wmb()', 'fence, CPU1', 'dropped'],
        ...['○redundant', '824 states', '●needed: noStaleTranslation', '16 steps'],
      ],
    ]);
    expect(await text('.sentences li')).toBe(
      'dma_wmb() in arm_smmu_write_entry(): needed on armv8, not on tso.',
    );
    await page.click('.matrix a.verdict');
    await page.waitForSelector('.lanes');
    expect(await text('.trace-head')).toContain('With a change: dma_wmb() dropped');
    expect(await text('.refused')).toContain('Not known');
  });
});
