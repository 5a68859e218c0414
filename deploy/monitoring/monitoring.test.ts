import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Metrics } from '@visavox/api/metrics';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const nothing = {
  controllers: { all: [] },
  releases: { list: async () => [] },
  experiments: { running: async () => [], analysis: async () => Promise.reject(new Error('there is none')) },
  services: async () => [],
};
const Alerts = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          annotations: z.object({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});
const Dashboard = z.object({
  panels: z.array(
    z.object({ id: z.number(), title: z.string(), targets: z.array(z.object({ expr: z.string() })) }),
  ),
});
const read = (file: string) => readFile(join(import.meta.dirname, file), 'utf8');

/** Names of metrics in a query: what is neither a label's name, nor a value, nor a function. */
const named = (query: string) =>
  query.replace(/"[^"]*"/g, '').match(/\b(visavox|process|nodejs)_[a-z0-9_]+/g) ?? [];

describe('what is drawn and what alarms', () => {
  it('is made of metrics that there are', async () => {
    const { body } = await new Metrics().text(nothing);
    const there = new Set([...body.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name]) => name));
    const { groups } = Alerts.parse(parse(await read('alerts.yaml')));
    const { panels } = Dashboard.parse(JSON.parse(await read('grafana-dashboard.json')));
    const queries = [
      ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) {
      expect(named(query), query).not.toHaveLength(0);
      for (const name of named(query))
        expect(there.has(name) || there.has(name.replace(/_(bucket|count|sum)$/, '')), name).toBe(true);
    }
    const document = await readFile(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');
    for (const name of there)
      if (name?.startsWith('visavox_')) expect(document, name).toContain(`\`${name}\``);
  });

  it('has panels with ids of their own', async () => {
    const { panels } = Dashboard.parse(JSON.parse(await read('grafana-dashboard.json')));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
