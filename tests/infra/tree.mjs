// Reading tree-sitter's tree of a Bicep file.

export const children = (node) => (node?.namedChildren ?? []).filter((child) => child && child.type !== "comment");

export function* descendants(node) {
  for (const child of node.children) {
    yield child;
    yield* descendants(child);
  }
}

/** The object of a resource or module, behind its loop or condition. */
export function body(declaration) {
  let node = children(declaration).at(-1);
  while (node && node.type !== "object") node = children(node).at(-1);
  return node;
}

/** The text of a string without expressions in it, else null. */
export function stringOf(node) {
  if (node?.type !== "string") return null;
  if (children(node).some((child) => child.type === "interpolation")) return null;
  return node.text
    .slice(1, -1)
    .replace(/\\(n|r|t|'|\\|\$)/g, (_, c) => ({ n: "\n", r: "\r", t: "\t" })[c] ?? c);
}

/** The value that an expression plainly says; expressions inside become null. */
export function literal(node) {
  switch (node?.type) {
    case "string":
      return stringOf(node);
    case "number":
      return Number(node.text);
    case "boolean":
      return node.text === "true";
    case "array":
      return children(node).map(literal);
    case "object":
      return Object.fromEntries(
        children(node)
          .filter((property) => property.type === "object_property" && children(property).length === 2)
          .map((property) => [keyOf(property), literal(children(property)[1])]),
      );
    case "call_expression": // concat(a, [b]) and the like: what is plain in it
      return children(children(node)[1]).map(literal).filter((value) => value !== null).flat();
    case "ternary_expression": // both ways
      return children(node).slice(1).map(literal).filter((value) => value !== null).flat();
    default:
      return null;
  }
}

export function keyOf(property) {
  const key = children(property)[0];
  return key.type === "string" ? stringOf(key) : key.text;
}
