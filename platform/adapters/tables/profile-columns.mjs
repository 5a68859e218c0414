import { binWidth, histogramOf } from './bins.mjs';
import { isNumeric, isTemporal, isWhole, name } from './duckdb.mjs';

const frequentAtMost = 10;
const longestValue = 200;

/** What is in each column of the table `data`. In tables of more rows than `exactRows`, quartiles and distinct values are estimated. */
export async function profileColumns({ rows }, columns, exactRows) {
  if (columns.length === 0) return { rows: 0, columns: [] };
  const [{ n }] = await rows('select count(*) as n from data');
  const exact = Number(n) <= exactRows;
  const profiles = [];
  for (const column of columns) profiles.push(await profileColumn(rows, column, { rows: Number(n), exact }));
  return { rows: Number(n), columns: profiles };
}

async function profileColumn(rows, { name: called, type }, table) {
  const column = name(called);
  const distinct = table.exact ? `count(distinct ${column})` : `approx_count_distinct(${column})`;
  const [counts] = await rows(`select count(${column}) as present, ${distinct} as different from data`);
  const present = Number(counts.present);
  const numbers = isNumeric(type)
    ? await numbersOf(rows, column, { type, present, exact: table.exact })
    : null;
  return {
    ...{ name: called, type, rows: table.rows, missing: table.rows - present },
    distinct: Math.min(Number(counts.different), present),
    numbers,
    period: isTemporal(type) && present > 0 ? await periodOf(rows, column) : null,
    frequent: numbers === null ? await frequentOf(rows, column) : [],
  };
}

async function numbersOf(rows, column, { type, present, exact }) {
  const finite = `(select cast(${column} as double) as x from data where isfinite(cast(${column} as double)))`;
  const quartiles = exact ? 'quantile_cont' : 'approx_quantile';
  const [found] = await rows(
    `select count(*) as n, min(x) as least, max(x) as most, ${quartiles}(x, [0.25, 0.5, 0.75]) as quartiles from ${finite}`,
  );
  const n = Number(found.n);
  const statistics = {
    notFinite: present - n,
    min: found.least,
    max: found.most,
    quartiles: quartilesOf(found.quartiles),
  };
  if (n === 0)
    return {
      ...statistics,
      ...{ mean: null, standardDeviation: null },
      histogram: { bounds: [], counts: [] },
    };
  const width = binWidth(found.least, found.most, isWhole(type));
  const bins = await rows(`select floor(x / ${width}) as bin, count(*) as n from ${finite} group by bin`);
  return { ...statistics, ...(await momentsOf(rows, finite)), histogram: histogramOf(bins, width) };
}

function quartilesOf(found) {
  if (!found) return null;
  const [lower, median, upper] = found;
  return { lower, median, upper };
}

/** Sums of numbers near the largest that there are leave the range of numbers, of which DuckDB complains. */
async function momentsOf(rows, finite) {
  try {
    const [{ mean, deviation }] = await rows(
      `select avg(x) as mean, stddev_samp(x) as deviation from ${finite}`,
    );
    return { mean: finiteOrNull(mean), standardDeviation: finiteOrNull(deviation) };
  } catch (error) {
    if (error instanceof Error && /^Out of Range/i.test(error.message))
      return { mean: null, standardDeviation: null };
    throw error;
  }
}

function finiteOrNull(value) {
  return Number.isFinite(value) ? value : null;
}

async function periodOf(rows, column) {
  const [period] = await rows(
    `select cast(min(${column}) as varchar) as "from", cast(max(${column}) as varchar) as "to" from data`,
  );
  return period;
}

async function frequentOf(rows, column) {
  const found = await rows(
    `select left(value, ${longestValue}) as value, n from (
       select cast(${column} as varchar) as value, count(*) as n from data where ${column} is not null
       group by 1 order by n desc, value limit ${frequentAtMost})`,
  );
  return found.map(({ value, n }) => ({ value, count: Number(n) }));
}
