/**
 * A program that reads {"tree": folder, "entries": [path, …]} and writes, by entry, the paths of the files in the tree
 * that it needs, or a text that says why this cannot be told. An absolute import may start from any folder around the
 * file, since nobody knows what will be on Python's path: what is found twice counts twice, which is safe.
 */
export const pythonImports = String.raw`
import ast, json, os, sys

request = json.load(sys.stdin)
tree = request["tree"]


class Unknown(Exception):
    pass


def inside(path):
    return path == tree or path.startswith(tree + os.sep)


def module_files(folder, parts):
    """The files that importing parts (a dotted name, split) below a folder executes; empty where it is not there."""
    found = []
    for depth, part in enumerate(parts):
        path = os.path.join(folder, part)
        last = depth == len(parts) - 1
        if os.path.isdir(path):
            init = os.path.join(path, "__init__.py")
            if os.path.isfile(init):
                found.append(init)
            folder = path
        elif os.path.isfile(path + ".py"):
            found.append(path + ".py")
            if not last:
                return found
        else:
            return found if depth else []
    return found


def folders_around(path):
    folder = os.path.dirname(path)
    while inside(folder):
        yield folder
        for name in ("src", "lib"):
            if os.path.isdir(os.path.join(folder, name)):
                yield os.path.join(folder, name)
        if folder == tree:
            return
        folder = os.path.dirname(folder)


def absolute(path, parts):
    return [file for folder in folders_around(path) for file in module_files(folder, parts)]


def needs(path):
    with open(path, "rb") as file:
        try:
            parsed = ast.parse(file.read(), path)
        except (SyntaxError, ValueError) as error:
            raise Unknown(f"{os.path.relpath(path, tree)} is no Python: {error}")
    # A module of a package runs the package first.
    folder = os.path.dirname(path)
    while inside(folder) and os.path.isfile(os.path.join(folder, "__init__.py")):
        yield os.path.join(folder, "__init__.py")
        folder = os.path.dirname(folder)
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from absolute(path, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = node.module.split(".") if node.module else []
            for alias in node.names:
                parts = base if alias.name == "*" else base + [alias.name]
                if node.level:
                    start = os.path.dirname(path)
                    for _ in range(node.level - 1):
                        start = os.path.dirname(start)
                    if inside(start):
                        yield from module_files(start, parts)
                else:
                    yield from absolute(path, parts)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__", "run_module", "run_path"):
                given = node.args[0] if node.args else None
                if not (isinstance(given, ast.Constant) and isinstance(given.value, str)):
                    raise Unknown(f"{os.path.relpath(path, tree)}:{node.lineno} imports what only its run tells")
                yield from absolute(path, given.value.lstrip(".").split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if 2 < len(text) < 300 and "." in text and "\n" not in text and "\0" not in text:
                for start in (os.path.dirname(path), tree):
                    named = os.path.normpath(os.path.join(start, text))
                    if inside(named) and os.path.isfile(named):
                        yield named


read = {}


def closure(entry):
    found, left = set(), [os.path.join(tree, entry)]
    while left:
        path = left.pop()
        if path in found:
            continue
        found.add(path)
        if path.endswith(".py"):
            if path not in read:
                read[path] = set(needs(path))
            left.extend(read[path])
    return sorted(os.path.relpath(path, tree).replace(os.sep, "/") for path in found)


answer = {}
for entry in request["entries"]:
    try:
        answer[entry] = closure(entry)
    except Unknown as error:
        answer[entry] = str(error)
json.dump(answer, sys.stdout)
`;
