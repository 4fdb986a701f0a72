// Answers the cases given on standard input with mingo: {"collections": {name: documents}, "cases": [...]}, all of it
// Extended JSON; gives a list of {"answer": ...} or {"refused": message}.

import { readFileSync } from "node:fs";
import { aggregate, find, update } from "mingo";

const TYPED = {
  $date: (value) => new Date(typeof value === "string" ? value : Number(value.$numberLong)),
  $numberLong: Number,
  $regularExpression: ({ pattern, options }) => new RegExp(pattern, options),
};

function read(value) {
  if (Array.isArray(value)) return value.map(read);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value);
  if (names.length === 1 && names[0] in TYPED) return TYPED[names[0]](value[names[0]]);
  return Object.fromEntries(names.map((name) => [name, read(value[name])]));
}

function written(value) {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(written);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, written(each)]));
}

const listed = (text) => (text === undefined ? [] : text.split(",").map((item) => item.trim()));
const last = (path) => path.split(".").at(-1);

function sorting(text) {
  return Object.fromEntries(
    listed(text).map((item) => item.split(/\s+/)).map(([name, way]) => [name, way === "descending" ? -1 : 1]),
  );
}

function pipeline(asked) {
  const group = { _id: Object.fromEntries(listed(asked.groupby).map((path) => [last(path), { $ifNull: [`$${path}`, null] }])) };
  if (asked.count) group[asked.count] = { $sum: 1 };
  for (const name of ["avg", "sum", "min", "max"]) {
    for (const [path, alias] of listed(asked[name]).map((item) => item.split(/\s+/))) {
      group[alias ?? last(path)] = { [`$${name}`]: `$${path}` };
    }
  }
  const unwound = listed(asked.unwind).map((path) => ({ $unwind: `$${path}` }));
  return [...unwound, { $group: group }, { $replaceWith: { $mergeObjects: ["$_id", "$$ROOT"] } }, { $unset: "_id" }];
}

function answer(each, collections) {
  if (each.update !== undefined) {
    const changed = read(each.document);
    update(changed, read(each.update), [], {}, { cloneMode: "deep" });
    return changed;
  }
  const documents = read(collections[each.on]);
  if (each.find !== undefined) return find(documents, read(each.find)).all().map((found) => found._id);
  if (each.order !== undefined) return find(documents, {}).sort(sorting(each.order)).all().map((found) => found._id);
  const rows = aggregate(documents, pipeline(each.aggregate));
  return each.aggregate.orderby === undefined ? rows : find(rows, {}).sort(sorting(each.aggregate.orderby)).all();
}

const { collections, cases } = JSON.parse(readFileSync(0, "utf8"));
const answers = cases.map((each) => {
  try {
    return { answer: written(answer(each, collections)) };
  } catch (problem) {
    return { refused: String(problem.message) };
  }
});
process.stdout.write(JSON.stringify(answers));
