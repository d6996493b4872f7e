"""Writes the fixture of TemplateFixtureTest.

    python3 -m venv venv && venv/bin/pip install jinja2==3.1.6
    venv/bin/python shard/src/test/scripts/make_template_fixtures.py

The reference is jinja2, set up as the package transformers sets it up for chat templates. The snippets try one feature
each; the templates in templates/ beside the fixture are written in the manner of the ones that well-known models carry.
"""
import glob
import json
import os
import sys
from datetime import datetime

import jinja2
from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/org/weft/shard/template")
NOW = datetime(2024, 7, 9, 13, 5, 9)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    def _support(self, caller):
        return caller()


def raise_exception(message):
    raise TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def case(name, template, context):
    made = {"name": name, "template": template, "context": context}
    try:
        made["out"] = environment().from_string(template).render(**context)
    except Exception as e:
        made["error"] = type(e).__name__ + ": " + str(e)
        if type(e) is TemplateError:
            made["raised"] = str(e)
    return made


DATA = {
    "s": "Hello World", "e": "", "n": 42, "z": 0, "f": 3.5, "neg": -7, "t": True, "no": None, "l": [3, 1, 2], "names": ["bob", "Al", "carl", "al"],
    "d": {"b": 1, "a": [1, "x", None, True, 2.5], "C": {"k": "v"}}, "u": "héllo 😀 wörld", "html": "<a href=\"x\">T's & co</a>", "ml": "one\ntwo\n\nthree",
    "users": [{"name": "Ann", "age": 30, "tags": ["x", "y"]}, {"name": "bob", "age": 25, "tags": []}, {"name": "Cid", "age": 30}],
    "nested": [[1, [2, []]], [3]], "ws": "  \t padded \n ", "big": 12345678901234567890, "keys": {"items": 5, "x": 1},
}

SNIPPETS = """
{{ s }}|{{ e }}|{{ n }}|{{ f }}|{{ t }}|{{ no }}|{{ l }}|{{ d }}|{{ missing }}|{{ big }}
{{ 1.0 }} {{ 1e3 }} {{ 1e16 }} {{ 1.5e-5 }} {{ 0.1 + 0.2 }} {{ 1e22 }} {{ -0.0 }} {{ 1e15 }} {{ 123456789.123 }} {{ 5e-324 }} {{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 2E2 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2 ** 0.5 }} {{ 2 ** 100 }}
{{ 9223372036854775807 + 1 }} {{ 9223372036854775807 * 9223372036854775807 }} {{ -9223372036854775808 - 1 }} {{ big // 7 }} {{ big % 1000 }} {{ big / 3 }}
{{ true + true }} {{ true * 3 }} {{ 1 == true }} {{ 1.0 == 1 }} {{ '1' == 1 }} {{ none == false }} {{ [1, 2] == [1.0, 2] }} {{ (1,) == [1] }} {{ {'a': 1} == {'a': 1.0} }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 != 1 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1, 2) < (1,) }} {{ 'Z' < 'a' }} {{ 1 in l }} {{ 9 not in l }} {{ 'a' in d }} {{ 'ell' in s }} {{ not 1 in l }}
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ not 0 }} {{ not '' and 1 }} {{ [] or {} or 0 }} {{ 1 or missing.x }}
{{ 'a' ~ 1 ~ none ~ true ~ 2.0 ~ missing ~ [1] }} {{ 'a' 'b' "c" }} {{ 1 ~ (2 + 3) }} {{ 'x' * 3 }} {{ 3 * 'x' }} {{ [1] * 2 + [3] }} {{ (1,) + (2,) }} {{ 'x' * -1 }}|
{{ 'yes' if t else 'no' }} {{ 'yes' if e }}| {{ 1 if 0 else 2 if 0 else 3 }} {{ ('a' if 0) is defined }} {{ (1 if t else 2) + 1 }}
{{ s[0] }} {{ s[-1] }} {{ s[1:4] }} {{ s[::-1] }} {{ s[::2] }} {{ s[-3:] }} {{ s[:-3] }} {{ s[10:2:-2] }} {{ s[100:] }}| {{ s[5] }}|{{ s[99] }}| {{ l[1:] }} {{ l[::-1] }} {{ l[-1] }} {{ (1,2,3)[1:] }} {{ u[6] }} {{ u[4:9] }} {{ u[::-1] }} {{ u[:] }} {{ l[None:2] }} {{ l[5:1] }}
{{ d.a }} {{ d['a'][1] }} {{ d.C.k }} {{ d.a.1 }} {{ d['zz'] }}| {{ d.zz }}| {{ users[0].name }} {{ users[0]['age'] }} {{ keys.items() | list }} {{ keys['items'] }} {{ keys.x }} {{ keys.get('items') }} {{ keys.get('q') }} {{ keys.get('q', 7) }}
{{ missing.x }}
{{ missing['x'] }}
{{ d.zz.y }}
{{ missing + 1 }}
{{ missing() }}
{{ missing < 1 }}
{{ -missing }}
{{ 1 + 'a' }}
{{ 'a' + 1 }}
{{ [1] + 'a' }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ 1 in 'abc' }}
{{ 1 in 5 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 'x'() }}
{{ none.x }}|{{ none['x'] }}|{{ (5).y }}|{{ l['x'] }}|{{ l[1.5] }}|{{ l[99] }}|{{ s.nope }}|
{{ no[1:] }}
{{ d[1:] }}
{{ l['a':] }}
{{ l[::0] }}
{% for x in none %}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in missing %}x{% else %}empty{% endfor %}
{{ missing | length }}{{ missing == missing2 }}{{ missing is defined }}{{ missing is none }}{{ [missing] }}{{ missing ~ 'x' }}{{ not missing }}{{ missing | upper }}{{ missing | list }}{{ missing | default('dd') }}{{ d.q | d('z') }}{{ e | default('z') }}{{ e | default('z', true) }}{{ no | default('z', boolean=true) }}
{% if missing %}a{% elif n > 40 %}b{% else %}c{% endif %}{% if not missing %}d{% endif %}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.cycle('a', 'b') }};{% endfor %}{{ loop }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{% for c in u %}[{{ c }}]{% endfor %}{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% else %}none{% endfor %}{% for x in l if x > 9 %}x{% else %}none{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in nested recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}
{% for u in users %}{{ loop.changed(u.age) }} {% endfor %}
{% for a, b in [[1]] %}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% set x = 1 %}{% for i in l %}{{ x }}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(n=0, found=false) %}{% for i in l %}{% set ns.n = ns.n + i %}{% if i == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.n }}{{ ns.found }}{{ ns.q }}|{{ ns }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{% set ns.c %}block {{ ns.a }}{% endset %}{{ ns.c }}
{% set d.x = 1 %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (a, b) = (b, a) %}{{ a }}{{ b }}{% set c = 1, %}{{ c }}
{% set x = y = 1 %}
{% set x %}  a {{ n }}  {% endset %}[{{ x }}]{% set y | upper | trim %} b {% endset %}[{{ y }}]
{% if t %}{% set inner = 5 %}{% endif %}{{ inner }}{% with a = 1, b = n %}{{ a }}{{ b }}{% set q = 3 %}{% endwith %}{{ a }}{{ q }}
{% with %}{% set q = 3 %}{{ q }}{% endwith %}{{ q }}|{% with n = 1, m = n %}{{ m }}{% endwith %}
{% macro m(a, b=2, c='x') %}[{{ a }},{{ b }},{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(c=9, a=8) }}{{ m() }}{{ m.name }}{{ m.arguments }}
{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4, y=5) }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(b=2) }}
{% macro m(a, b=a ~ '!') %}{{ b }}{% endmacro %}{{ m('x') }}{% set v = 5 %}{% macro k() %}{{ v }}{% endmacro %}{% set v = 6 %}{{ k() }}
{% macro box(title) %}<{{ title }}>{{ caller() }}</{{ title }}>{% endmacro %}{% call box('b') %}in{{ n }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }};{% endfor %}{% endmacro %}{% call(x, i) each(l) %}{{ i }}:{{ x }}{% endcall %}
{% macro f(n) %}{% if n > 1 %}{{ n * f(n - 1) | int }}{% else %}1{% endif %}{% endmacro %}{{ f(5) }}
{% for x in l %}{% macro inner() %}{{ x }}{% endmacro %}{{ inner() }}{% endfor %}{{ inner is defined }}
{% filter upper %}ab {{ s }}{% endfilter %}{% filter replace('a', 'b') | upper %}abc{% endfilter %}
{% block title %}in block {{ n }}{% endblock %}{% block x %}{% endblock x %}
{% generation %}g{{ n }}{% set zz = 1 %}{% endgeneration %}{{ zz }}
{% raw %}{{ not }} {% this %}{# nor this #}{% endraw %}|{%- raw -%}  x {% endraw -%}   y
a {# comment #} b {#- c -#} c {# multi
line #}d
a {{- ' x ' -}} b {{ 'y' }}  c {%- if t -%}  d  {%- endif -%} e
line{% if t %}

two{% endif %}

three
   {% if t %}
  indented
   {% endif %}
end
   {%+ if t %}
  kept
   {%+ endif +%}
end
  {{ n }}
   x {% if t %} y {% endif %}
{% if t -%}
   stripped
{%- endif %}

tail
{%- for x in l %}
{{ x }}
{%- endfor %}
{% for x in l -%}
  {{ x }},
{%- endfor %}|
{# c #}
after comment
  {#- c2 -#}
x
{{ "a\\nb\\t\\"q\\" \\\\ \\x41 \\u00e9 \\U0001F600 \\101 \\N{BULLET} \\q" }}{{ 'it\\'s' }}
{{ [1, 'a', "it's", 'q"q', 'both\\'"', none, true, 1.5, (1,), (), {}, [], {'k': 'v'}, 'nl\\n', 'é', '\\x00', '\\u200b', '\\\\'] }}
{{ {'a': 1, 'b': [1, 2], 3: 'x', none: 0, 1.5: 2, (1, 2): 3} }} {{ {'a': 1, 'a': 2} }} {{ {1: 'a', true: 'b', 1.0: 'c'} }}
{{ {[1]: 2} }}
{{ l | sort }} {{ l | sort(reverse=true) }} {{ names | sort }} {{ names | sort(case_sensitive=true) }} {{ users | sort(attribute='age') | map(attribute='name') | list }} {{ users | sort(attribute='age,name', reverse=true) | map(attribute='name') | join(',') }}
{{ [1, 'a'] | sort }}
{{ l | first }} {{ l | last }} {{ l | length }} {{ s | first }} {{ s | last }} {{ [] | first }}| {{ [] | last }}| {{ l | min }} {{ l | max }} {{ names | min }} {{ users | max(attribute='age') }} {{ [] | max }}| {{ l | sum }} {{ users | sum(attribute='age') }} {{ l | sum(start=10) }}
{{ l | join }} {{ l | join(', ') }} {{ users | join('/', attribute='name') }} {{ s | join('-') }} {{ d | join(',') }} {{ [none, 1.5, true] | join('|') }}
{{ l | reverse | list }} {{ s | reverse }} {{ u | reverse }} {{ range(3) | list }} {{ range(5, 1, -2) | list }} {{ range(3) }} {{ range(1, 9, 2) }} {{ range(3)[1] }} {{ range(0) | length }}
{{ range(100001) }}
{{ range(1, 2, 0) }}
{{ users | map(attribute='name') | list }} {{ names | map('upper') | list }} {{ users | map(attribute='tags', default='-') | list }} {{ users | map(attribute='tags.0', default='-') | list }} {{ names | map('replace', 'a', 'b') | join(' ') }} {{ l | map('string') | list }}
{{ l | map() | list }}
{{ l | map('nofilter') | list }}
{{ l | select('odd') | list }} {{ l | reject('odd') | list }} {{ l | select('gt', 1) | list }} {{ [0, 1, '', 'x', none] | select | list }} {{ [0, 1] | reject | list }} {{ users | selectattr('tags') | map(attribute='name') | list }} {{ users | selectattr('age', 'equalto', 30) | map(attribute='name') | list }} {{ users | rejectattr('age', 'ge', 30) | list | length }} {{ users | selectattr('tags', 'defined') | list | length }} {{ users | selectattr('name', 'in', ['Ann', 'Cid']) | list | length }}
{{ 'truthy' if [] | select('odd') else 'falsy' }} {{ (l | select('odd')) is iterable }} {{ (l | map('abs')) is sequence }}
{{ l | select('odd') | length }}
{% set g = l | map('abs') %}{{ g | list }}{{ g | list }}{{ g | first }}|
{{ names | unique | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ names | unique(case_sensitive=true) | list }} {{ users | unique(attribute='age') | map(attribute='name') | list }}
{% for age, group in users | groupby('age') %}{{ age }}:{{ group | map(attribute='name') | join(',') }};{% endfor %}{{ (users | groupby('age') | first).grouper }}{{ (users | groupby('age') | last).list | length }}
{{ d | dictsort }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort(true) }} {{ {'b': 1, 'A': 3, 'c': 2} | dictsort(by='value', reverse=true) }} {{ d | items | list | length }} {{ d | list }} {{ d | length }}
{{ range(7) | batch(3) | list }} {{ range(7) | batch(3, 'x') | list }} {{ range(7) | slice(3) | list }} {{ range(7) | slice(3, 'x') | list }}
{{ s | upper }} {{ s | lower }} {{ 'hELLO wORLD-foo (bar' | title }} {{ 'hELLO wORLD' | capitalize }} {{ ws | trim }}| {{ 'xxaxx' | trim('x') }} {{ s | replace('l', 'L') }} {{ s | replace('l', 'L', 2) }} {{ 'aaa' | replace('', '-') }} {{ s | center(20) }}| {{ 'ab' | center(5) }}|{{ 5 | string + '!' }}
{{ ml | indent }}|{{ ml | indent(2, true) }}|{{ ml | indent(2, blank=true) }}|{{ ml | indent('> ', first=true) }}|{{ '' | indent }}|{{ 'a\\n' | indent }}|
{{ 'The quick brown fox jumps' | truncate(12) }} {{ 'The quick brown fox jumps' | truncate(12, true) }} {{ 'short' | truncate(4) }} {{ 'The quick brown fox' | truncate(10, false, '~', 0) }} {{ 'one two three' | wordcount }} {{ "it's a-b" | wordcount }}
{{ 'The quick brown fox jumps over' | wordwrap(10) }}|{{ 'abcdefghijklmno pq' | wordwrap(6) }}|{{ 'abcdefghij' | wordwrap(4, false) }}|{{ 'a b c' | wordwrap(3, wrapstring='/') }}|{{ 'x\\n\\ny' | wordwrap(5) }}
{{ html | escape }} {{ html | e }} {{ html | striptags }} {{ '&lt;b&gt;  x   y <i>z</i>' | striptags }} {{ html | safe }} {{ 'a b/c?é&' | urlencode }} {{ {'a b': 1, 'c': 'd&e'} | urlencode }} {{ {'class': 'x', 'id': none, 'n': 3} | xmlattr }}
{{ '3' | int }} {{ '3.9' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ '0x1f' | int(base=16) }} {{ 3.99 | int }} {{ -3.99 | int }} {{ true | int }} {{ none | int }} {{ ' 5 ' | int }} {{ '1e3' | int }} {{ '1_000' | int }} {{ '2.5' | float }} {{ 'x' | float }} {{ 3 | float }} {{ 'x' | float(1.5) }} {{ 'inf' | float }} {{ none | float }}
{{ missing | int }}
{{ 42 | round }} {{ 42.55 | round }} {{ 42.55 | round(1) }} {{ 2.675 | round(2) }} {{ 0.5 | round }} {{ 1.5 | round }} {{ 42.55 | round(1, 'floor') }} {{ 42.51 | round(0, 'ceil') }} {{ -2.5 | round }} {{ 1234 | round(-2) }} {{ -3 | abs }} {{ -3.5 | abs }} {{ 10 | round(2) }}
{{ '%s is %d or %5.2f %x %r %%' | format('a', 3, 2.5, 255, 'q') }} {{ '%(a)s' | format(a=1) }} {{ '%s' % 5 }} {{ '%s-%s' % (1, 2) }} {{ '%05d|%-5d|%+d' % (42, 42, 42) }} {{ '%e' % 12345.678 }} {{ '%g' % 0.0001 }} {{ '%.3s' % 'abcdef' }} {{ '%5s|%-5s|' % ('a', 'b') }} {{ '%s' % none }}
{{ '%d' % 'x' }}
{{ '%s %s' % 1 }}
{{ '%s' % (1, 2) }}
{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format(1, 2) }} {{ '{a} {b.name}'.format(a=1, b=users[0]) if false else 'x' }} {{ '{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:x}|{:%}'.format(1, 2, 3, 4, 5.678, 1234567, 255, 0.5) }} {{ '{!r}'.format('x') }} {{ '{{}}'.format() }} {{ '{0[0]}'.format(l) }} {{ '{:*^9}'.format('mid') }} {{ '{:e}'.format(1234.5) }} {{ '{:g}'.format(1e10) }} {{ '{:_}'.format(1234567) }} {{ '{:+}'.format(3) }} {{ '{:10.3f}|'.format(2.0) }}
{{ '{} {}'.format(1) }}
{{ d | tojson }} {{ l | tojson }} {{ s | tojson }} {{ no | tojson }} {{ t | tojson }} {{ f | tojson }} {{ u | tojson }} {{ html | tojson }} {{ 'a\\n\\t\\x01"\\\\/' | tojson }} {{ (1, 2) | tojson }} {{ 1e16 | tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }} {{ '\\x7f\\u2028' | tojson }}
{{ d | tojson(indent=2) }} {{ {} | tojson(indent=4) }} {{ [] | tojson(indent=4) }} {{ [[], {}] | tojson(indent=1) }} {{ d | tojson(indent=0) }} {{ d | tojson(indent='--') }}
{{ d | tojson(separators=(',', ':')) }} {{ d | tojson(sort_keys=true) }} {{ u | tojson(ensure_ascii=true) }} {{ d | tojson(indent=2, separators=(', ', '= ')) }}
{{ missing | tojson }}
{{ range(3) | tojson }}
{{ d.items() | tojson }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ "they're bill's" .title() }} {{ s.swapcase() }} {{ 'abc'.capitalize() }} {{ ws.strip() }}| {{ ws.lstrip() }}|{{ ws.rstrip() }}| {{ 'xyxaxy'.strip('xy') }} {{ 'www.x.com'.lstrip('w.') }} {{ '<think>a</think>b'.split('</think>')[-1].lstrip('\\n') }}
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'a  b c '.split(none, 1) }} {{ ' a b  c'.rsplit(none, 1) }} {{ 'a,b'.split(',', maxsplit=1) }} {{ ''.split() }} {{ ''.split(',') }} {{ ml.splitlines() }} {{ 'a\\r\\nb\\rc\\x0bd\\u2028e'.splitlines() }} {{ 'a\\nb\\n'.splitlines(true) }} {{ 'a-b-c'.partition('-') }} {{ 'a-b-c'.rpartition('-') }} {{ 'abc'.partition('-') }} {{ 'aXbXc'.rsplit('X') }} {{ 'aaaa'.rsplit('aa', 1) }}
{{ 'a'.split('') }}
{{ s.startswith('He') }} {{ s.endswith(('x', 'ld')) }} {{ s.startswith('W', 6) }} {{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('zz') }} {{ s.find('o', 5) }} {{ u.find('w') }} {{ s.count('l') }} {{ s.count('') }} {{ s.index('W') }} {{ s.replace('l', '') }} {{ s.replace('l', 'L', 1) }} {{ ', '.join(names) }} {{ '-'.join('abc') }} {{ '42'.zfill(5) }} {{ '-42'.zfill(5) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ 'a'.center(4, '*') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ 'a\\tb'.expandtabs(4) }} {{ 'ß'.upper() }} {{ 'ßa'.capitalize() }} {{ 'ǆ'.title() }}
{{ s.index('zz') }}
{{ ','.join([1]) }}
{{ s.startswith(1) }}
{{ '12'.isdigit() }} {{ '1²'.isdigit() }} {{ '1²'.isdecimal() }} {{ '½'.isnumeric() }} {{ 'ab'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ ''.isdigit() }} {{ 'aB'.islower() }} {{ 'ab1'.islower() }} {{ 'AB'.isupper() }} {{ 'Ab Cd'.istitle() }} {{ 'a_1'.isidentifier() }} {{ 'é'.isascii() }} {{ 'a\\n'.isprintable() }}
{{ d.keys() }} {{ d.values() | list | length }} {{ {'a': 1}.items() }} {{ d.keys() | list }} {{ d.copy() == d }} {{ l.index(1) }} {{ l.count(3) }} {{ (1, 2, 1).count(1) }} {{ 'a' in d.keys() }} {{ ('b', 1) in d.items() }} {{ d.items() | length }}
{{ l.append(4) }}
{{ l.pop() }}
{{ d.update({'x': 1}) }}
{{ d.pop('a') }}
{{ d.setdefault('a', 1) }}
{{ l.append }}|{{ s.__class__ }}|{{ l.__len__ }}|{{ d.__class__ }}|
{{ s.__class__.__mro__ }}
{{ l.sort() }}
{{ n is number }} {{ t is number }} {{ t is integer }} {{ n is integer }} {{ f is float }} {{ t is boolean }} {{ s is string }} {{ l is sequence }} {{ s is sequence }} {{ d is sequence }} {{ d is mapping }} {{ l is mapping }} {{ s is iterable }} {{ n is iterable }} {{ no is none }} {{ n is none }} {{ missing is undefined }} {{ range is callable }} {{ s is callable }} {{ t is true }} {{ 1 is true }} {{ t is false }} {{ n is even }} {{ n is odd }} {{ n is divisibleby 7 }} {{ n is divisibleby(5) }} {{ 'ab' is lower }} {{ 'AB' is upper }} {{ 1 is sameas 1 }} {{ t is sameas true }} {{ 1 is eq 1.0 }} {{ 1 is equalto 2 }} {{ 3 is gt 2 }} {{ 3 is lessthan 2 }} {{ 1 is in l }} {{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ n is not none }} {{ n is not defined }} {{ not n is defined }} {{ 3 is ge 3 and 2 is le 3 }} {{ 1 is ne 2 }} {{ missing is sequence }} {{ missing is iterable }} {{ no is defined }} {{ 5 is in [1, 5] }}
{{ n is nosuchtest }}
{{ n | nosuchfilter }}
{{ n is odd is even }}
{{ -n | abs }} {{ -3 | string ~ 'x' }} {{ n + 1 | float }} {{ (n + 1) | float }} {{ 'a' ~ 'b' | upper }} {{ 1 if t else 2 | float }} {{ not t | string }} {{ l | first + 1 }} {{ l | length > 2 }} {{ n is odd or t }} {{ s | length is gt 3 }}
{{ dict(a=1, b='x') }} {{ dict([['a', 1]]) }} {{ dict({'a': 1}, b=2) }} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }} {% set j = joiner('|') %}{{ j() }}a{{ j() }}b {{ dict(**{'k': 1}) }} {{ range(*[1, 4]) | list }}
{{ raise_exception('roles must alternate') }}
{% for m in l %}{% if m == 1 %}{{ raise_exception('bad ' ~ m) }}{% endif %}{% endfor %}
{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S %A %B %j %p %I %y %% %a %e|%-d|%-m %U %w') }}
{% print n, s %}
{{ [1, 2,] }} {{ (1, 2,) }} {{ {'a': 1,} }} {{ () }} {{ (1) }} {{ (1,) }} {{ 1, 2 }} {{ [[1, 2], [3]][0][1] }} {{ {'a': {'b': {}}}['a'] }} {{ {'a': {'b': {'c': 1}}}}}
{{ foo.bar is defined }}
{{ d.q.r is defined }}
{{ d['b'] if 'b' in d else 'none' }} {{ d.b is defined and d.b is not none }} {{ d.q is defined and d.q.r }} {{ d.get('q', {}).get('r', 'deep') }} {{ (d.q or {}).r }}|
{{ s[:5] + s[5:] == s }} {{ u | length }} {{ '👨‍👩‍👧' | length }} {{ u | upper }} {{ '日本'[0] }} {{ '😀😁' | list }} {{ 'a😀b'[1:2] }} {{ 'a😀b'.find('b') }} {{ '😀' > '\\uffff' }}
{% if 1 %}a{% else %}b
{% endif %}
{% for %}{% endfor %}
{{ 1 + }}
{{ (1 }}
{{ [1 }}
{{ 1 ] }}
{{ 'unterminated }}
{% unknown %}
{# unterminated
{% if true %}{% endfor %}
{% raw %} x
{{ a b }}
{{ 007 }}
{{ 1abc }}
{{ $ }}
{% set 5 = 1 %}
{% set true = 1 %}
{% macro m(a=1, b) %}{% endmacro %}
{{ f(a=1, 2) }}
{{ d. }}
{% else %}
{% endif %}
{% include 'x' %}
{{ loop is defined }}{% for x in [1] %}{{ loop is defined }}{% endfor %}{% for x in [1] %}{{ x }}{% endfor %}{{ x is defined }}
{% for x in [[1, 2], [3]] %}{% for y in x %}{{ loop.index }}{{ loop.last }}{% endfor %}{{ loop.index }}{% endfor %}{% for x in l %}{% set outer = loop %}{% for y in [1, 2] %}{{ outer.index }}.{{ loop.index }} {% endfor %}{% endfor %}
{% set messages = [{'role': 'a'}] + [{'role': 'b'}] %}{{ messages[1:][0].role }}{% set messages = messages[1:] %}{{ messages | length }}{{ messages[0]['role'] }}
{{ "%.2f" | format(3.14159) }} {{ "{:,.2f}".format(1234567.891) }} {{ 1234567 | filesizeformat }} {{ 1 | filesizeformat }} {{ 2048 | filesizeformat(true) }}
{{ 1 if 1 == 1.0 else 0 }}{{ 'é' == 'e\\u0301' }}{{ '' is defined }}{{ [] == () }}{{ none is none }}{{ 0 == false }}{{ '' == none }}
{{ caller }}|
{% autoescape false %}x{% endautoescape %}
{{ loop.index }}
{{ 'a'|safe + '<' }} {{ '<' + '<'|safe }} {% set x = '<b>' | safe %}{{ x + '&' }} {{ x ~ '&' }} {{ x | trim + '<' }} {{ x | upper | string }} {{ ('<' | e) + '>' }} {{ '<' | e | e }} {{ x is escaped }} {{ s is escaped }} {{ (x if t else s) + '<' }} {{ x == '<b>' }} {{ x | length }}
{{ none | selectattr('x') | list }} {{ none | map('nofilter') | list }} {{ 0 | select('nope') | list }} {{ '' | rejectattr() | list }}
{% set lazy = l | map('nofilter') %}fine
{{ l | selectattr() | list }}
{{ 1e-323 }} {{ 2e-323 }} {{ 1e23 }} {{ 9.5 }} {{ 2e-7 }} {{ 1.7976931348623157e308 }}
{{ (1, 2) + [3] }}
{{ 10 ** 20 }} {{ 10 ** -2 }} {{ 1e308 * 10 }} {{ 5 // 2.0 }} {{ -5 // 2.0 }} {{ 5.5 % -2 }} {{ 3 * 1.1 }} {{ 100 * 1.1 }} {{ 1 / 3 }} {{ 2 / 3 }} {{ 10 / 2 }} {{ 1e-7 }} {{ 123456789012345678.0 }} {{ 1e100 }} {{ 0.1 }} {{ 100.0 }} {{ 1.10 }}
{{ self.b() }}{% block b %}<{{ n }}>{% endblock b %}{% macro m() %}{{ self['b']() }}{% endmacro %}{{ m() }}{{ self is defined }}{{ self.c is defined }}
{% set v = 1 %}{% block b %}{{ v }}{% set w = 2 %}{% endblock %}{{ w is defined }}{% set v = 3 %}{{ self.b() }}
{% for x in l %}{% block b %}{{ x }}{{ loop is defined }}{% endblock %}{% endfor %}{% with q = 1 %}{% block c %}{{ q }}{% endblock %}{% endwith %}
{% for x in l %}{% block b scoped %}{{ x }}{{ loop.index }}{% endblock %}{% endfor %}{% block a %}x{% block i %}y{% endblock i %}{% endblock a %}{{ self.i() }}
{{ self.nope() }}
{% block b %}{% endblock %}{% block b %}{% endblock %}
{% block a %}{% endblock b %}
{% for x in l %}{% block b %}{% break %}{% endblock %}{% endfor %}
{% for x in l %}{% set loop = 5 %}{% endfor %}
{% for x in l %}{% if x %}{% set loop %}a{% endset %}{% endif %}{% endfor %}
{% for loop in l %}{% endfor %}
{% for x in [] %}{% else %}{% set a, loop = 1, 2 %}{% endfor %}
{% set loop = 5 %}{{ loop }}{% for x in l %}{{ loop.index }}{% macro m(loop) %}{{ loop }}{% endmacro %}{{ m(9) }}{% endfor %}
{{ [7] | random }}{{ 'a' | random }}{{ [] | random }}{{ missing | random }}{{ range(3, 4) | random }}|{{ (l | random) in l }}
{{ none | random }}
{{ l | map('abs') | random }}
{{ [{'a': 1}, {'b': 2}, {'c': 3}] | unique(attribute='a') | list }}{{ [missing, missing2, 1] | unique | list | length }}{{ [[1], {'a': 2}, 'x'] | unique(attribute='q') | list }}
{{ 3.0.is_integer() }}{{ f.is_integer() }}{{ n.bit_length() }}{{ neg.bit_length() }}{{ z.bit_length() }}{{ big.bit_length() }}
{{ 'hello'.translate({104: 'j', 'e': 'x', 101: none, 111: 48}) }} {{ 'hello'.translate('x'.maketrans('el', 'ip')) }} {{ ''.maketrans({'a': 'b', 3: none}) }} {{ ''.maketrans('ab', 'cd', 'e') }} {{ u.translate({128512: ':)'}) }} {{ '\x01b'.translate(['z', 'y']) }}
{{ ''.maketrans('a') }}
{{ ''.maketrans('a', 'bc') }}
{{ ''.maketrans({'ab': 1}) }}
{{ 'a'.translate({97: -1}) }}
{{ 'a'.translate({97: 1.5}) }}
{{ 'é\\x7f\\x80' | tojson(ensure_ascii=true) }} {{ '\\x7f' | tojson }}
{% for x in l %}b{% filter upper %}a{% break %}{% endfilter %}c{% endfor %}d{% for x in l %}b{% filter upper %}a{% continue %}{% endfilter %}c{% endfor %}d
{% set ns = namespace(y='q') %}{% for x in l %}b{% set ns.y %}a{% break %}{% endset %}c{% endfor %}d{{ ns.y }}{% for x in l %}{% set y = 'o' %}{% if x %}{% set y | upper %}n{% continue %}{% endset %}{% endif %}{{ y }}{% endfor %}e
{% for x in l %}b{% filter upper %}{% for z in l %}i{{ z }}{% break %}{% endfor %}o{% endfilter %}c{% endfor %}{% filter upper %}{% for x in l %}a{% filter replace('a', 'b') %}c{% break %}{% endfilter %}{% endfor %}e{% endfilter %}
{% for x in l %}{% macro m() %}{% for y in l %}p{% set y %}a{% break %}{% endset %}{% endfor %}e{% endmacro %}[{{ m() }}]{% endfor %}
{% filter upper %}a{% break %}{% endfilter %}
{% macro m() %}{{ caller() }}{% endmacro %}{% for x in l %}b{% call m() %}a{% break %}{% endcall %}c{% endfor %}d
{% for x in l %}a{{ x }}{% for y in [] %}{% else %}e{% break %}{% endfor %}z{% endfor %}d{% for x in l %}a{{ x }}{% for y in [] %}{% else %}e{% continue %}{% endfor %}z{% endfor %}d
{% for y in [] %}{% else %}e{% break %}{% endfor %}z
{% for x in l %}a{% for y in [] recursive %}{% else %}e{% break %}{% endfor %}z{% endfor %}d
{{ missing is callable }}{{ d.zz is callable }}{{ s.nope is callable }}{{ no is callable }}{{ s is callable }}{{ s.upper is callable }}{{ range is callable }}{{ namespace() is callable }}{{ joiner() is callable }}{{ cycler(1) is callable }}{% for x in [1] %}{{ loop is callable }}{% endfor %}
{{ {'b': 1, 'a': 2} | pprint }} {{ d | pprint }} {{ [({'b': {'z': 1, 'c': 2}, 'a': 1}, 2)] | pprint }} {{ {2: 1, 'a': 2, 1.5: 3, none: 4, false: 5} | pprint }} {{ {(2, 1): 1, (1, 'a'): 2} | pprint }}
{{ {'b': 1, 'a': {'d': 1, 'c': 2}}.items() | pprint }} {{ s | pprint }} {{ missing | pprint }} {{ {missing: 1} | pprint }} {{ d.keys() | list | pprint }}
{{ {missing: 1, 'z': 1} | pprint }}
{{ (-0.4) | round }} {{ (-0.5) | round }} {{ (-0.0) | round }} {{ (-0.04) | round(1) }} {{ (-25.5) | round(-2) }} {{ 0.4 | round }} {{ (-0.6) | round }} {{ (-0.4) | round(0, 'ceil') }} {{ (-0.4) | round(0, 'floor') }} {{ (-0.4) | round | int }} {{ (-3) | round(-1) }}
{{ '0x1f' | int(base=0) }} {{ '0o17' | int(base=0) }} {{ '-0B11' | int(base=0) }} {{ '017' | int(base=0) }} {{ '00' | int(4, 0) }} {{ '0_0' | int(4, 0) }} {{ '0' | int(4, 0) }} {{ '12' | int(4, 0) }} {{ '0x_1f' | int(4, 0) }} {{ '1_0' | int(4, 0) }} {{ '0x' | int(4, 0) }} {{ '0b12' | int(4, 0) }} {{ '1.9' | int(4, 0) }} {{ ' +0x1 ' | int(4, 0) }} {{ '0x__1' | int(4, 0) }} {{ '_1' | int(4, 0) }} {{ '0xg' | int(4, 0) }}
{{ '0x1f' | int(4) }} {{ '0x1f' | int(4, 8) }} {{ '0b1' | int(4, 16) }} {{ '0b_1' | int(4, 2) }} {{ '101' | int(4, 1) }} {{ '0x1f' | int(4, -1) }} {{ '101' | int(4, 37) }} {{ 'z' | int(4, 36) }} {{ '017' | int(4) }} {{ '017' | int(4, 8) }}
"""

# A line that belongs to the one before it is marked by nothing: so snippets of several lines are given here.
LINES = [
    "line{% if t %}\n\ntwo{% endif %}\n\nthree", "   {% if t %}\n  indented\n   {% endif %}\nend\n", "   {%+ if t %}\n  kept\n   {%+ endif +%}\nend",
    "  {{ n }}\n   x {% if t %} y {% endif %}\n", "{% if t -%}\n   stripped\n{%- endif %}\n\ntail\n", "{%- for x in l %}\n{{ x }}\n{%- endfor %}\n", "a\n\n{% for x in l -%}\n  {{ x }},\n{%- endfor %}|",
    "{# c #}\nafter comment\n  {#- c2 -#}\nx", "a {# multi\nline #}d\n\n", "x\r\n{% if t %}\r\ny\r\n{% endif %}\r\nz", "{% if t %}\n  {% for x in l %}\n    {{ x }}\n  {% endfor %}\n{% endif %}\n",
    "{% set x = [\n  1,\n  2\n] %}\n{{ x }}\n", "\n{{ n }}\n", "{{ n }}\n\n\n", "\t{% if t %}tab{% endif %}\n \t {# c #} \n|", "{{ '\n' }}{{ 'a\\\nb' }}", "{%- raw %}\n x {{ y }}\n{%- endraw %}\nz", "   {% raw %}\nx{% endraw %}\nz",
    "{% macro m(a) %}\n  <{{ a }}>\n{% endmacro %}\n{{ m(1) }}\n{{- m(2) -}}\n  .", "{% set x %}\n a\n{% endset %}\n[{{ x }}]", "{{ l\n}}\n{{\nn }}", "a\u00a0\n\u00a0{% if t %}x{% endif %}", "{{ 1 }}{% if t %}\n{% endif %}{{ 2 }}\n{% if t %}{% endif %}\n{{ 3 }}",
    "{% if true %}\n{{ missing.x }}\n{% endif %}", "\n\n{% for x in l %}\n{{ 1 / (x - 1) }}\n{% endfor %}", "\n{{ 1 +\n }}", "a\n{{ raise_exception('line two') }}\n",
]


def contexts():
    tool = {"type": "function", "function": {"name": "get_weather", "description": "Weather \"now\" in a city — été", "parameters": {
        "type": "object", "properties": {"city": {"type": "string", "description": "The city"}, "unit": {"type": "string", "enum": ["c", "f"]}}, "required": ["city"]}}}
    call = {"id": "abcdef123", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "unit": "c"}}}
    user, system, assistant = ({"role": r, "content": c} for r, c in (("user", "Hi <there> 😀\n "), ("system", "You are terse."), ("assistant", "  Hello! ")))
    base = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
    yield "one", {**base, "messages": [user]}
    yield "system", {**base, "messages": [system, user, assistant, user], "tools": None}
    yield "no-prompt", {**base, "messages": [user, assistant], "add_generation_prompt": False}
    yield "tools", {**base, "messages": [system, user], "tools": [tool], "date_string": "01 Jan 2025"}
    yield "calls", {**base, "tools": [tool, tool], "messages": [
        user, {"role": "assistant", "content": "", "tool_calls": [call]}, {"role": "tool", "name": "get_weather", "tool_call_id": "abcdef123", "content": "{\"t\": 3}"},
        {"role": "assistant", "content": "It is 3."}, user]}
    yield "calls-none", {**base, "messages": [user, {"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "abcdef123", "content": {"t": 3}}], "tools": [tool]}
    yield "parts", {**base, "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
    yield "reasoning", {**base, "messages": [user, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nyes", "reasoning_content": "hm"}, user], "enable_thinking": False}
    lists = {"type": "array", "items": {"type": ["string", "null"]}}
    yield "schemas", {**base, "messages": [user], "tools": [{"name": "sort", "returns": lists, "parameters": {"type": "object", "required": ["rows"], "properties": {
        "rows": {"type": "array", "items": lists, "description": "What To Sort"}, "by": {"type": "object", "additionalProperties": {"type": "integer"}}, "any": {}, "odd": {"type": "date"}}}}]}
    yield "thought", {**base, "messages": [
        system, user, {"role": "assistant", "content": "<think>\nlet me see\n</think>\n\nThree.\n"}, {"role": "user", "content": "[back]3[/back]"},
        {"role": "assistant", "content": "Yes.", "reasoning_content": "\nit is\n"}], "add_generation_prompt": False}
    yield "calls-two", {**base, "tools": [], "messages": [user, {"role": "assistant", "content": "So:", "tool_calls": [call, {**call, "id": "x"}]}]}
    yield "twice-user", {**base, "messages": [user, user]}
    yield "bad-role", {**base, "messages": [{"role": "oracle", "content": "x"}]}
    yield "empty", {**base, "messages": []}
    yield "blank", {"messages": [{"role": "user", "content": ""}]}


def templates(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.jinja"))):
        with open(path, encoding="utf-8", newline="") as f:
            source = f.read()
        for name, context in contexts():
            made = case(os.path.basename(path)[:-6] + "/" + name, source, context)
            yield made


def main():
    if len(sys.argv) > 1:  # a folder of other templates, and where to write what they give
        with open(sys.argv[2], "w", encoding="utf-8") as f:
            json.dump(list(templates(sys.argv[1])), f)
        return
    cases = [case(f"snippet {i}", text, DATA) for i, text in enumerate(x for x in SNIPPETS.strip("\n").split("\n") if x)]
    cases += [case(f"lines {i}", text, DATA) for i, text in enumerate(LINES)]
    for made in cases:
        del made["context"]
    whole = list(templates(os.path.join(OUT, "templates")))
    for made in whole:
        made["template"] = made["name"].split("/")[0]
        made["context"] = made["name"].split("/")[1]
    fixture = {"data": DATA, "snippets": cases, "contexts": dict(contexts()), "templates": whole}
    path = os.path.join(OUT, "templates.json")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        json.dump(fixture, f, ensure_ascii=True, indent=0, separators=(",", ":"))
        f.write("\n")
    errors = sum("error" in c for c in cases)
    print(len(cases), "snippets,", errors, "of them errors;", len(whole), "renderings;", os.path.getsize(path), "bytes")


main()
