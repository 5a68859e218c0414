import { SystemError, UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';

type Value = Parameter | undefined;

/**
 * Evaluates a trigger condition: the part of CEL that the kfp SDK writes. Comparisons, `&&`, `||`, `!`,
 * parentheses, `int()`, `double()`, literals, `inputs.parameter_values['x']`.
 */
export function evaluateCondition(text: string, parameters: Readonly<Record<string, Parameter>>): boolean {
  const tokens = tokenise(text);
  let position = 0;
  const peek = () => tokens[position];
  const next = () => tokens[position++];
  const expect = (token: string) => {
    if (next() !== token) throw unsupported(text, `expected ${token}`);
  };

  function disjunction(): Value {
    let value = conjunction();
    while (peek() === '||') {
      next();
      const right = conjunction();
      value = truth(value) || truth(right);
    }
    return value;
  }
  function conjunction(): Value {
    let value = comparison();
    while (peek() === '&&') {
      next();
      const right = comparison();
      value = truth(value) && truth(right);
    }
    return value;
  }
  function comparison(): Value {
    const left = operand();
    const operator = peek();
    if (!operator || !['==', '!=', '<', '<=', '>', '>='].includes(operator)) return left;
    next();
    return compare(left, operator, operand());
  }
  function operand(): Value {
    const token = next();
    if (token === undefined) throw unsupported(text, 'it ends too early');
    if (token === '!') return !truth(operand());
    if (token === '(') {
      const value = disjunction();
      expect(')');
      return value;
    }
    if (token === 'int' || token === 'double') {
      expect('(');
      const value = Number(disjunction());
      expect(')');
      return token === 'int' ? Math.trunc(value) : value;
    }
    if (token.startsWith("'")) return token.slice(1, -1);
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^-?\d/.test(token)) return Number(token);
    const name = /^inputs\.(?:parameter_values|parameters)\['(.*)'\]$/.exec(token)?.[1];
    if (name === undefined) throw unsupported(text, `"${token}" is unknown`);
    return parameters[name];
  }
  function truth(value: Value): boolean {
    if (typeof value === 'boolean') return value;
    throw unsupported(text, 'a part of it is neither true nor false');
  }

  const value = truth(disjunction());
  if (position < tokens.length) throw unsupported(text, `"${tokens[position]}" is left over`);
  return value;
}

function compare(left: Value, operator: string, right: Value): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    default: {
      if (left === undefined || right === undefined) return false;
      // As in CEL: there is no order between a text and a number.
      if (typeof left !== typeof right || typeof left === 'object')
        throw new UserError({
          kind: 'invalid',
          code: 'condition_types',
          message: `A condition compares ${JSON.stringify(left)} with ${JSON.stringify(right)}: a ${typeof left} has no order with a ${typeof right}.`,
          action: 'Compare values of one type, by int() or double() where a text holds a number.',
        });
      if (operator === '<') return left < right;
      if (operator === '<=') return left <= right;
      if (operator === '>') return left > right;
      if (operator === '>=') return left >= right;
      throw new SystemError(`unexpected operator ${operator}`);
    }
  }
}

function tokenise(text: string): string[] {
  const pattern =
    /\s*(inputs\.(?:parameter_values|parameters)\['[^']*'\]|'[^']*'|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[<>!()])/y;
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
