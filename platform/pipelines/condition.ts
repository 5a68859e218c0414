import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';

type Value = Parameter | undefined;
type Parameters = Readonly<Record<string, Parameter>>;
/** What a condition, or a part of it, comes to for these parameters. */
type Expression = (parameters: Parameters) => Value;

/**
 * Evaluates a trigger condition: the part of CEL that the kfp SDK writes. Comparisons, `&&`, `||`, `!`,
 * parentheses, `int()`, `double()`, literals, `inputs.parameter_values['x']`.
 */
export function evaluateCondition(text: string, parameters: Parameters): boolean {
  return truth(text, parse(text)(parameters));
}

/** What nobody could evaluate in a condition, whatever the parameters are; undefined where nothing. */
export function conditionFault(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return `has a condition that cannot be read: ${error.message}`;
    throw error;
  }
}

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const;
type Comparison = (typeof comparisons)[number];

function parse(text: string): Expression {
  const tokens = tokenise(text);
  let position = 0;
  const peek = () => tokens[position];
  const next = () => tokens[position++];
  const expect = (token: string) => {
    if (next() !== token) throw unsupported(text, `expected ${token}`);
  };

  function disjunction(): Expression {
    let left = conjunction();
    while (peek() === '||') {
      next();
      const [first, second] = [left, conjunction()];
      left = (given) => truth(text, first(given)) || truth(text, second(given));
    }
    return left;
  }
  function conjunction(): Expression {
    let left = comparison();
    while (peek() === '&&') {
      next();
      const [first, second] = [left, comparison()];
      left = (given) => truth(text, first(given)) && truth(text, second(given));
    }
    return left;
  }
  function comparison(): Expression {
    const left = operand();
    const operator = comparisons.find((one) => one === peek());
    if (!operator) return left;
    next();
    const right = operand();
    return (given) => compare(left(given), operator, right(given));
  }
  function operand(): Expression {
    const token = next();
    if (token === undefined) throw unsupported(text, 'it ends too early');
    if (token === '!') {
      const negated = operand();
      return (given) => !truth(text, negated(given));
    }
    if (token === '(') {
      const inside = disjunction();
      expect(')');
      return inside;
    }
    if (token === 'int' || token === 'double') {
      expect('(');
      const inside = disjunction();
      expect(')');
      return (given) => (token === 'int' ? Math.trunc(Number(inside(given))) : Number(inside(given)));
    }
    const literal = literalOf(token);
    if (literal !== undefined) return () => literal;
    const name = /^inputs\.(?:parameter_values|parameters)\['(.*)'\]$/.exec(token)?.[1];
    if (name === undefined) throw unsupported(text, `"${token}" is unknown`);
    return (given) => given[name];
  }

  const whole = disjunction();
  if (position < tokens.length) throw unsupported(text, `"${tokens[position]}" is left over`);
  return whole;
}

function literalOf(token: string): string | number | boolean | undefined {
  if (/^['"]/.test(token)) return token.slice(1, -1).replace(/\\(.)/g, '$1');
  if (token === 'true' || token === 'false') return token === 'true';
  return /^-?\d/.test(token) ? Number(token) : undefined;
}

function truth(text: string, value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw unsupported(text, 'a part of it is neither true nor false');
}

function compare(left: Value, operator: Comparison, right: Value): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (left === undefined || right === undefined) return false;
  // As in CEL: there is no order between a text and a number.
  if (typeof left !== typeof right || typeof left === 'object')
    throw new UserError({
      kind: 'invalid',
      code: 'condition_types',
      message: `A condition compares ${JSON.stringify(left)} with ${JSON.stringify(right)}: a ${typeof left} has no order with a ${typeof right}.`,
      action: 'Compare values of one type, by int() or double() where a text holds a number.',
    });
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function tokenise(text: string): string[] {
  const pattern =
    /\s*(inputs\.(?:parameter_values|parameters)\['[^']*'\]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[<>!()])/y;
  const tokens: string[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw unsupported(text, `"${text.slice(at, at + 20)}" is unknown`);
    tokens.push(token);
  }
  return tokens;
}

function unsupported(condition: string, why: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'condition_unsupported',
    message: `The condition "${condition}" cannot be evaluated here: ${why}.`,
    action: 'Write it with comparisons of parameters, &&, || and !.',
  });
}
