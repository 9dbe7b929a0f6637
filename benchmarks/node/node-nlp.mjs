// The peer "node-nlp": learns labelled lines and answers others, as its own documents show. One JSON line out for each test line in.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { NlpManager } = createRequire(import.meta.url)("node-nlp");
const [trainFile, testFile] = process.argv.slice(2);
const rows = (file) => readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const train = rows(trainFile);
const languages = [...new Set(train.map((row) => row.lang))];
const manager = new NlpManager({ languages, forceNER: false, nlu: { log: false }, autoSave: false });
for (const row of train) manager.addDocument(row.lang, row.text, row.topic ?? "None");
const began = process.hrtime.bigint();
await manager.train();
const took = Number(process.hrtime.bigint() - began) / 1e9;
console.log(JSON.stringify({ built_s: took }));
for (const row of rows(testFile)) {
  const start = process.hrtime.bigint();
  const found = await manager.process(row.lang, row.text);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  const best = (found.classifications ?? []).filter((c) => c.intent !== "None").slice(0, 3).map((c) => c.intent);
  console.log(JSON.stringify({ topic: found.intent === "None" ? null : found.intent, best, ms }));
}
