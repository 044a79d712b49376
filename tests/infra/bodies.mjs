// Resource bodies against schemas: names, required and read-only properties, kinds of values, enumerations.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { body, children, keyOf, stringOf } from "./tree.mjs";

/** What every resource may say besides its schema. */
const common = new Set(["parent", "scope", "dependsOn"]);
const primitives = new Set(["string", "int", "bool", "any", "null", "object", "array"]);

export class Bodies {
  constructor(directory, fault) {
    const read = (name) => JSON.parse(readFileSync(join(directory, name), "utf8"));
    const all = [read("schemas.json"), read("schemas.by-hand.json")];
    this.resources = Object.assign({}, ...all.map((schemas) => schemas.resources));
    this.types = {};
    for (const { types } of all)
      for (const [provider, known] of Object.entries(types)) Object.assign((this.types[provider] ??= {}), known);
    this.fault = fault;
  }

  check(file, resource) {
    const schema = this.resources[resource.type];
    if (!schema) return this.fault(file, resource.node, "type", `${resource.type} is not in schemas.json`);
    if (schema.version !== resource.version)
      return this.fault(file, resource.node, "version", `${resource.type}: ${schema.version} is known, not ${resource.version}`);
    const object = body(resource.node);
    const scope = this.scope(resource);
    if (resource.existing) {
      const names = children(object).filter((property) => children(property).length === 2).map(keyOf);
      if (!names.includes("name")) this.fault(file, object, "required", `${resource.type}: name is missing`);
      return;
    }
    this.object(file, object, schema.body, scope, resource.type, common);
  }

  scope = (resource) => this.types[`${resource.type.split("/")[0]}@${resource.version}`] ?? {};

  object(file, node, shape, scope, where, extra = new Set()) {
    const given = new Set();
    for (const property of children(node)) {
      if (property.type !== "object_property" || children(property).length !== 2) continue;
      const name = keyOf(property);
      if (name === null) continue; // a key with an expression in it
      given.add(name);
      const said = shape[name] ?? shape["*"];
      if (said === undefined) {
        if (!extra.has(name)) this.fault(file, property, "property", `${where} has no property ${name}`);
        continue;
      }
      const [type, ...flags] = said.split("; ");
      if (flags.includes("ReadOnly")) this.fault(file, property, "readonly", `${where}.${name} cannot be set`);
      this.value(file, children(property)[1], type, scope, `${where}.${name}`);
    }
    for (const [name, said] of Object.entries(shape))
      if (said.split("; ").includes("Required") && !given.has(name))
        this.fault(file, node, "required", `${where}: ${name} is missing`);
  }

  value(file, node, type, scope, where) {
    const wrong = () => this.fault(file, node, "kind", `${where} is ${type}, not ${node.type}`);
    const array = /^(.*)\[\]$/.exec(type);
    const choices = type.split(" | ");
    switch (node.type) {
      case "parenthesized_expression":
      case "if_statement":
        return this.value(file, children(node).at(-1), type, scope, where);
      case "ternary_expression":
        for (const branch of children(node).slice(1)) this.value(file, branch, type, scope, where);
        return;
      case "identifier":
        if (file.vars.has(node.text)) this.value(file, file.vars.get(node.text), type, scope, where);
        return;
      case "call_expression":
        if (children(node)[0].text === "concat")
          for (const part of children(children(node)[1])) this.value(file, part, type, scope, where);
        return;
      case "for_statement":
        return array ? this.value(file, children(node).at(-1), array[1], scope, where) : wrong();
      case "array":
        if (!array) return type === "any" ? undefined : wrong();
        for (const element of children(node)) this.value(file, element, array[1], scope, where);
        return;
      case "object":
        if (scope[type]) this.object(file, node, scope[type], scope, where);
        else if (array || primitives.has(type) || choices.length > 1) if (!["any", "object"].includes(type)) wrong();
        return;
      case "string":
        return this.string(file, node, choices, scope, where, wrong);
      case "number":
        return choices.includes("int") || choices.includes(node.text) || type === "any" ? undefined : wrong();
      case "boolean":
        return choices.includes("bool") || choices.includes(node.text) || type === "any" ? undefined : wrong();
    }
  }

  /** "A | B | string" is open to values that come later; infra/ keeps to those that are named. */
  string(file, node, choices, scope, where, wrong) {
    const [only] = choices;
    if (choices.length === 1 && (["int", "bool"].includes(only) || scope[only] || only.endsWith("[]"))) return wrong();
    const named = choices.filter((choice) => !primitives.has(choice));
    const text = stringOf(node);
    if (named.length > 0 && text !== null && !named.includes(text))
      this.fault(file, node, "enum", `${where}: ${text} is none of ${named.slice(0, 8).join(", ")}`);
  }

  /** resource.properties.a.b, as far as the schema goes. */
  checkPath(file, node, resource, path) {
    const scope = this.scope(resource);
    let shape = this.resources[resource.type]?.body;
    for (const name of path) {
      if (!shape || /^list[A-Z]/.test(name)) return; // a function of the resource
      const said = shape[name] ?? shape["*"];
      if (said === undefined) return this.fault(file, node, "property", `${resource.type} has no ${path.join(".")}`);
      shape = scope[said.split("; ")[0]];
    }
  }
}
