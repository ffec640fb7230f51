#!/usr/bin/env node
// The heddle command: main.ts, which Node cannot load as it is.
import { load } from './launch/load.mjs';

await load('heddle');
