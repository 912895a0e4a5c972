# SPDX-License-Identifier: MIT
"""Code lines of C, and the small changes of meaning that each allows."""
import re

# Strings, characters and comments of a line: rules do not see them.
HIDDEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//.*|/\*.*?(?:\*/|$)')

# A pattern, the group to replace, and its replacement.
SWAPS = [
    (r'(?<![<>=!+\-*/&|^])(<)(?![<=])', '<='),
    (r'(?<!<)(<=)', '<'),
    (r'(?<![<>\-])(>)(?![>=])', '>='),
    (r'(?<!>)(>=)', '>'),
    (r'(==)', '!='),
    (r'(!=)', '=='),
    (r'(&&)', '||'),
    (r'(\|\|)', '&&'),
    (r'(?<=[\w)\]] )(\+)(?= )', '-'),
    (r'(?<=[\w)\]] )(-)(?= )', '+'),
    (r'(?<=[\w)\]] )(&)(?= )', '|'),
    (r'(?<=[\w)\]] )(\|)(?= )', '&'),
    (r'(\+=)', '-='),
    (r'(-=)', '+='),
    (r'(\+\+)', '--'),
    (r'(--)', '++'),
    (r'(<<)(?!=)', '>>'),
    (r'(>>)(?!=)', '<<'),
    (r'(!)(?=[\w(*])', ''),
]
NUMBER = re.compile(r'(?<![\w.])(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)(?![\w.])')
ERRNO = re.compile(r'-(E[0-9A-Z]+)\b')
CHOICE = re.compile(r'(\breturn |[^=!<>]= )([^?;]+)( \? )')
# Statements that fill a line. Few declarations can be removed.
STATEMENT = re.compile(r'^(\t+)(?!case\b|default\b|else\b|struct\b|static\b|#)(\S.*;)\s*$')
# An element of an initializer that fills a line.
ELEMENT = re.compile(r'^\t+(?:\.\w[\w.]*|\[[^]]+\]) = .*,\s*$')


def hide(line):
    return HIDDEN.sub(lambda match: '"' + '_' * (len(match.group()) - 2) + '"', line)


def is_code(line):
    """Is it more than blanks, braces and punctuation, and no #include? Comments are blank by then."""
    return re.search(r'\w', line) is not None and not re.match(r'\s*#\s*include\b', line)


def code_lines(text):
    """Return the numbers of a file's code lines, from 1."""
    text = re.sub(r'/\*.*?\*/', lambda match: re.sub(r'[^\n]', ' ', match.group()), text, flags=re.S)
    return [number for number, line in enumerate(text.split('\n'), 1)
            if is_code(re.sub(r'//.*', '', line))]


def closing(line, start):
    """Return the place where the parenthesis at `start` closes, or None if it does not on this line."""
    depth = 0
    for place in range(start, len(line)):
        depth += {'(': 1, ')': -1}.get(line[place], 0)
        if depth == 0:
            return place
    return None


def conditions(line, seen):
    """Negate if and while whose condition is on this line, and ?: after return and =."""
    for match in re.finditer(r'\b(?:if|while) \(', seen):
        start = match.end() - 1
        end = closing(seen, start)
        if end is not None:
            yield line[:start] + '(!' + line[start:end + 1] + ')' + line[end + 1:]
    for match in CHOICE.finditer(seen):
        start, end = match.span(2)
        yield line[:start] + '!(' + line[start:end] + ')' + line[end:]


def constants(line, seen):
    """Change numbers by one, errno values, and strings that are not empty."""
    for match in NUMBER.finditer(seen):
        digits, suffix = match.groups()
        value = int(digits, 16 if digits[:2] in ('0x', '0X') else 8 if re.match('0[0-7]', digits) else 10)
        for other in (value + 1, value - 1):
            if other >= 0:
                shown = hex(other) if digits[:2] in ('0x', '0X') else str(other)
                yield line[:match.start()] + shown + suffix + line[match.end():]
    for match in ERRNO.finditer(seen):
        other = 'ENOENT' if match.group(1) == 'EINVAL' else 'EINVAL'
        yield line[:match.start(1)] + other + line[match.end(1):]
    for match in HIDDEN.finditer(line):
        if match.group()[0] == '"' and len(match.group()) > 2:
            yield line[:match.start()] + '""' + line[match.end():]


def changes(line):
    """Return all lines that a rule makes of this one."""
    seen = hide(line)
    made = []
    for pattern, other in SWAPS:
        for match in re.finditer(pattern, seen):
            made.append(line[:match.start(1)] + other + line[match.end(1):])
    made += constants(line, seen)
    made += conditions(line, seen)
    statement = STATEMENT.match(line)
    if statement:
        made.append(statement.group(1) + ';')
    if ELEMENT.match(seen):
        made.append('')
    return made
