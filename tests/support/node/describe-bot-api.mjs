// Writes the Bot API as JSON to standard output: every method and the update, each field with its type and the words of
// its documentation, read with the TypeScript compiler from the declarations of @grammyjs/types.
//
// A type is one of: {kind: "string" | "number" | "boolean" | "file" | "any"}, {kind: "const", value},
// {kind: "array", of}, {kind: "union", of: []}, {kind: "ref", name}; `types` holds {kind: "object", fields} and unions by name.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";

const require = createRequire(import.meta.url);
const entry = require.resolve("@grammyjs/types");
const root = dirname(entry);
const declarations = join(root, "mod.d.ts");

// The methods are generic in what stands for an uploaded file: a small probe names that type, so that it can be told apart.
const probePath = join(root, "..", "..", "__probe.ts");
const probe = `
import type { ApiMethods, Update } from "${declarations.replace(/\.d\.ts$/, ".js")}";
export interface UploadedFile { __uploaded: true }
export declare const api: ApiMethods<UploadedFile>;
export declare const update: Update;
`;

const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [], skipLibCheck: true };
const host = ts.createCompilerHost(options);
const readSource = host.getSourceFile.bind(host);
host.getSourceFile = (name, ...rest) =>
  name === probePath ? ts.createSourceFile(name, probe, ts.ScriptTarget.ES2022, true) : readSource(name, ...rest);
const fileExists = host.fileExists.bind(host);
host.fileExists = (name) => name === probePath || fileExists(name);
const program = ts.createProgram([probePath], options, host);
const faults = ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " "));
if (faults.length) {
  process.stderr.write(`the declarations do not compile: ${faults.slice(0, 3).join("; ")}\n`);
  process.exit(1);
}
const checker = program.getTypeChecker();
const source = program.getSourceFile(probePath);

const types = {};
const names = new Map();

function nameOf(type, read) {
  if (names.has(type)) return names.get(type);
  const symbol = type.aliasSymbol ?? type.symbol;
  let base = symbol && !symbol.name.startsWith("__") ? symbol.name : "Inline";
  let name = base;
  for (let n = 2; name in types; n += 1) name = `${base}#${n}`;
  names.set(type, name);
  types[name] = {}; // taken before it is read: types refer to one another in circles
  types[name] = read(type);
  return name;
}

function fieldsOf(type) {
  const fields = {};
  for (const property of checker.getPropertiesOfType(type)) {
    const own = checker.getTypeOfSymbolAtLocation(property, source);
    if (own.flags & ts.TypeFlags.Never) continue; // declared as "must not be given"
    fields[property.name] = {
      required: !(property.flags & ts.SymbolFlags.Optional) && !(own.flags & ts.TypeFlags.Undefined),
      type: describe(checker.getNonNullableType(own)),
      doc: ts.displayPartsToString(property.getDocumentationComment(checker)),
    };
  }
  return fields;
}

function describe(type) {
  const flags = type.flags;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return { kind: "any" };
  if (flags & ts.TypeFlags.StringLiteral) return { kind: "const", value: type.value };
  if (flags & ts.TypeFlags.NumberLiteral) return { kind: "const", value: type.value };
  if (flags & ts.TypeFlags.BooleanLiteral) return { kind: "const", value: checker.typeToString(type) === "true" };
  if (flags & ts.TypeFlags.StringLike) return { kind: "string" };
  if (flags & ts.TypeFlags.NumberLike) return { kind: "number" };
  if (type.isUnion()) return type.aliasSymbol ? { kind: "ref", name: nameOf(type, union) } : union(type);
  if (flags & ts.TypeFlags.BooleanLike) return { kind: "boolean" };
  if (type.symbol?.name === "UploadedFile") return { kind: "file" };
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    return { kind: "array", of: describe(checker.getTypeArguments(type)[0]) };
  }
  if (type.isIntersection() && type.types.some((t) => t.flags & ts.TypeFlags.StringLike)) return { kind: "string" };
  if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return { kind: "ref", name: nameOf(type, (t) => ({ kind: "object", fields: fieldsOf(t) })) };
  return { kind: "any" };
}

function union(type) {
  const members = type.types.filter((t) => !(t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
  const booleans = members.filter((t) => t.flags & ts.TypeFlags.BooleanLiteral);
  const rest = members.filter((t) => !(t.flags & ts.TypeFlags.BooleanLiteral)).map(describe);
  if (booleans.length === 2) rest.push({ kind: "boolean" });
  else rest.push(...booleans.map(describe));
  return rest.length === 1 ? rest[0] : { kind: "union", of: rest };
}

const methods = {};
const [apiType, updateType] = source.statements
  .filter(ts.isVariableStatement)
  .map((statement) => checker.getTypeAtLocation(statement.declarationList.declarations[0]));
for (const method of checker.getPropertiesOfType(apiType)) {
  const [signature] = checker.getTypeOfSymbolAtLocation(method, source).getCallSignatures();
  const [parameter] = signature.getParameters();
  const args = parameter && checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, source));
  methods[method.name] = {
    doc: ts.displayPartsToString(method.getDocumentationComment(checker)),
    fields: args ? fieldsOf(args) : {},
  };
}

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
process.stdout.write(JSON.stringify({ version, methods, update: describe(updateType), types }));
