// Checks Bicep files without the Bicep compiler, which cannot be had from a package registry: syntax by tree-sitter,
// names, modules and parameters by what is here, resource bodies by schemas.json. It finds less than `bicep build`:
// types of expressions and scopes are not followed. README.md says what it finds.
//   node lint.mjs DIR          faults as JSON: [{ file, line, rule, message }]
//   node lint.mjs --facts DIR  what the files say, as JSON, for tests that compare it with the code
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { createRequire } from "node:module";
import { Language, Parser } from "web-tree-sitter";
import { Bodies } from "./bodies.mjs";
import { literal, stringOf, children, descendants, body } from "./tree.mjs";

const functions = new Set(
  `any array base64 base64ToString bool cidrSubnet concat contains createObject dateTimeAdd deployer empty endsWith
  environment extensionResourceId fail filter first flatten format groupBy guid indexOf int intersection items join json
  last length listKeys loadFileAsBase64 loadJsonContent loadTextContent loadYamlContent managementGroup map mapValues
  max min newGuid objectKeys padLeft parseCidr pickZones range readEnvironmentVariable reduce reference replace
  resourceGroup resourceId shallowMerge skip sort split startsWith string subscription subscriptionResourceId substring
  take tenant tenantResourceId toLogicalZone toLower toObject toUpper trim union uniqueString uri uriComponent utcNow
  allowed description discriminator export maxLength maxValue metadata minLength minValue sealed secure batchSize`
    .split(/\s+/),
);

const here = dirname(new URL(import.meta.url).pathname);
const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm")));

class File {
  constructor(path) {
    this.path = path;
    this.tree = parser.parse(readFileSync(path, "utf8")).rootNode;
    this.params = new Map();
    this.vars = new Map();
    this.resources = new Map();
    this.modules = new Map();
    this.outputs = new Map();
    let decorators = [];
    for (const node of children(this.tree)) {
      const name = children(node).find((child) => child.type === "identifier")?.text;
      if (node.type === "decorators") decorators = children(node);
      if (node.type === "parameter_declaration") this.params.set(name, parameter(node, decorators));
      if (node.type === "variable_declaration") this.vars.set(name, children(node).at(-1));
      if (node.type === "module_declaration") this.modules.set(name, node);
      if (node.type === "output_declaration") this.outputs.set(name, node);
      if (node.type === "resource_declaration") this.addResource(node, null);
      if (node.type !== "decorators") decorators = [];
    }
  }

  addResource(node, parent) {
    const [identifier, type] = children(node);
    const [path, version] = (stringOf(type) ?? "").split("@");
    const resource = {
      node,
      name: identifier.text,
      type: parent ? `${parent.type}/${path}` : path,
      version: version ?? parent?.version,
      existing: node.children.some((child) => child.type === "existing"),
      nested: new Map(),
    };
    (parent?.nested ?? this.resources).set(resource.name, resource);
    for (const property of children(body(node)))
      for (const child of children(property))
        if (child.type === "resource_declaration") this.addResource(child, resource);
  }

  *allResources(among = this.resources) {
    for (const resource of among.values()) {
      yield resource;
      yield* this.allResources(resource.nested);
    }
  }
}

function parameter(node, decorators) {
  const parts = children(node);
  const decorated = (name) =>
    decorators.map((one) => children(one)[0]).find((call) => children(call)[0]?.text === name);
  const value = parts.length > 2 ? parts.at(-1) : null;
  return {
    node,
    type: parts[1].text,
    value,
    required: value === null && !parts[1].text.endsWith("?"),
    allowed: decorated("allowed") && literal(children(children(decorated("allowed"))[1])[0]),
    description: decorated("description") && literal(children(children(decorated("description"))[1])[0]),
    secure: decorated("secure") !== undefined,
  };
}

function lint(directory) {
  const faults = [];
  const paths = readdirSync(directory, { recursive: true }).filter((name) => name.endsWith(".bicep"));
  const files = new Map(paths.map((name) => [resolve(directory, name), new File(resolve(directory, name))]));
  const fault = (file, node, rule, message) =>
    faults.push({ file: relative(directory, file.path), line: (node?.startPosition.row ?? 0) + 1, rule, message });
  const bodies = new Bodies(here, fault);

  for (const file of files.values()) {
    for (const node of descendants(file.tree))
      if (node.type === "ERROR" || node.isMissing) fault(file, node, "syntax", `not Bicep: ${node.text.slice(0, 60)}`);
    for (const resource of file.allResources()) bodies.check(file, resource);
    for (const [name, node] of file.modules) checkModule(file, name, node, files, fault);
    checkNames(file, files, bodies, fault);
  }
  const used = new Set([...files.values()].flatMap((file) => [...file.modules.values()].map((m) => target(file, m))));
  for (const file of files.values())
    if (!used.has(file.path) && file.path !== resolve(directory, "main.bicep"))
      fault(file, null, "unused", "no module takes this file");
  checkParameters(directory, files.get(resolve(directory, "main.bicep")), fault);
  return { faults, files };
}

const target = (file, module) => resolve(dirname(file.path), stringOf(children(module)[1]) ?? "");

function checkModule(file, name, node, files, fault) {
  const callee = files.get(target(file, node));
  if (!callee) return fault(file, node, "module", `${name}: there is no file ${stringOf(children(node)[1])}`);
  const given = children(body(node)).find((property) => children(property)[0].text === "params");
  const names = given ? children(children(given)[1]).map((property) => children(property)[0].text) : [];
  for (const param of names)
    if (!callee.params.has(param)) fault(file, node, "module", `${name}: there is no parameter ${param}`);
  for (const [param, { required }] of callee.params)
    if (required && !names.includes(param)) fault(file, node, "module", `${name}: parameter ${param} is missing`);
}

function checkNames(file, files, bodies, fault) {
  const known = new Set([...file.params.keys(), ...file.vars.keys(), ...file.resources.keys(), ...file.modules.keys()]);
  const seen = new Set();
  for (const node of descendants(file.tree)) {
    if (node.type === "call_expression") {
      const callee = children(node)[0];
      if (callee.type === "identifier" && !functions.has(callee.text))
        fault(file, node, "name", `there is no function ${callee.text}`);
      const path = /^load/.test(callee.text) ? literal(children(children(node)[1])[0]) : null;
      if (path && !existsSync(join(dirname(file.path), path))) fault(file, node, "file", `there is no file ${path}`);
    }
    if (node.type === "member_expression") checkMember(file, node, files, bodies, fault);
    if (node.type !== "identifier" || !isReference(node)) continue;
    seen.add(node.text);
    if (!known.has(node.text) && !isLocal(node)) fault(file, node, "name", `${node.text} is not declared`);
  }
  for (const name of [...file.params.keys(), ...file.vars.keys()])
    if (!seen.has(name)) fault(file, null, "unused", `${name} is never used`);
}

/** Whether an identifier stands for a value, and not for what is being declared, called or keyed. */
function isReference(node) {
  const parent = node.parent;
  const first = children(parent)[0]?.equals(node);
  if (parent.type === "object_property") return !first;
  if (parent.type === "call_expression") return !first;
  if (parent.type === "for_statement") return children(parent).at(-1).equals(node) || !first;
  if (parent.type === "lambda_expression") return children(parent).at(-1).equals(node);
  if (parent.type === "nested_identifier" || parent.type === "resource_expression") return first;
  return !(/_declaration$|^parameter|^type/.test(parent.type) && first);
}

/** Whether a loop or a lambda around the node declares its name. */
function isLocal(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== "for_statement" && at.type !== "lambda_expression") continue;
    const names = children(at).slice(0, -1).flatMap((child) => [child, ...descendants(child)]);
    if (names.some((name) => /identifier|loop_variable|loop_enumerator/.test(name.type) && name.text === node.text))
      return true;
  }
  return false;
}

/** Follows module.outputs.NAME and resource.properties.… as far as names go. */
function checkMember(file, node, files, bodies, fault) {
  if (node.parent.type === "member_expression") return;
  const path = node.text.replace(/[!?\s]/g, "").split(".");
  const module = file.modules.get(path[0]);
  if (module) {
    const callee = files.get(target(file, module));
    if (path[1] === "outputs" && callee && !callee.outputs.has(path[2]))
      fault(file, node, "output", `${path[0]} has no output ${path[2]}`);
    if (path[1] !== "outputs" && path[1] !== "name") fault(file, node, "output", `a module has no ${path[1]}`);
  }
  const resource = file.resources.get(path[0]);
  if (resource && path.every((part) => /^\w+$/.test(part))) bodies.checkPath(file, node, resource, path.slice(1));
}

function checkParameters(directory, main, fault) {
  const path = join(directory, "main.parameters.json");
  if (!main || !existsSync(path)) return;
  const given = JSON.parse(readFileSync(path, "utf8")).parameters;
  const file = { path };
  for (const [name, { value }] of Object.entries(given)) {
    const param = main.params.get(name);
    if (!param) fault(file, null, "parameters", `main.bicep has no parameter ${name}`);
    const preset = /^\$\{\w+=(.*)\}$/.exec(value)?.[1];
    if (!param || preset === undefined) continue;
    if (param.allowed && !param.allowed.map(String).includes(preset))
      fault(file, null, "parameters", `${name}: ${preset} is not allowed`);
    if (param.value && String(literal(param.value)) !== preset)
      fault(file, null, "parameters", `${name}: ${preset} here, ${param.value.text} in main.bicep`);
  }
  for (const [name, param] of main.params) {
    if (!given[name]) fault(file, null, "parameters", `${name} is missing`);
    if (!param.description && name !== "location" && name !== "principalId")
      fault(main, param.node, "parameters", `${name} has no description`);
    if (param.allowed && param.value && !param.allowed.includes(literal(param.value)))
      fault(main, param.node, "parameters", `${name}: its own default is not allowed`);
  }
}

const wantsFacts = process.argv[2] === "--facts";
const { faults, files } = lint(resolve(process.argv[wantsFacts ? 3 : 2]));
const facts = () =>
  Object.fromEntries(
    [...files].map(([path, file]) => [
      relative(resolve(process.argv[3]), path),
      {
        params: Object.fromEntries([...file.params].map(([name, p]) => [name, { ...p, node: undefined, value: p.value && literal(p.value) }])),
        vars: Object.fromEntries([...file.vars].map(([name, node]) => [name, literal(node)])),
        outputs: [...file.outputs.keys()],
        resources: [...file.allResources()].map(({ name, type, version, existing }) => ({ name, type, version, existing })),
      },
    ]),
  );
console.log(JSON.stringify(wantsFacts ? facts() : faults, null, 1));
