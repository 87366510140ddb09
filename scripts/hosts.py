"""Programs in C and C++ that embed csp: those in documents and in examples/embed, for run-tests. They are compiled as a
user would, against what `make install` puts into a folder."""
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import textwrap

COMPILERS = {"c": ["cc"], "cpp": ["g++", "-std=c++17"]}
WARNINGS = ["-g", "-Wall", "-Wextra", "-pedantic", "-Werror"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]
PLACE = re.compile(r"^ *(/\*|//) … .*\n", re.M)
LISTENS = re.compile(r"listening on .*\b(\d+)$")


class Program:
    """`language` is "c" or "cpp". One that `serves` is sent `given` over a socket, once it has said where it listens;
    others have it as standard input."""
    def __init__(self, name, language, text, given=None, output=None, serves=False, arguments=()):
        self.name, self.language, self.text, self.given = name, language, text, given
        self.output, self.serves, self.arguments = output, serves, list(arguments)


def in_document(name, found):
    """The programs of a document. `found` are all its blocks: (line, language, words behind it, text). A block in `c`
    or `cpp` is a whole program, or

        around   one with lines `/* … above */` and `/* … inside */`, for the blocks that follow
        above    stands there, before main, together with others up to the next
        inside   stands there, in main: the program is complete
        serve    a whole program that is sent the block `input` over a socket

    A block `output` behind it is what it prints, or answers."""
    programs, around, above = [], None, ""
    for i, (line, language, words, text) in enumerate(found):
        if language not in COMPILERS or "shown" in words:
            continue
        follows = {}
        for _, kind, _, content in found[i + 1:i + 3]:
            if kind not in ("input", "output"):
                break
            follows[kind] = content
        if "around" in words:
            around = text
        elif "above" in words:
            above += text + "\n"
            continue
        elif "inside" in words:
            pieces = {"above": above, "inside": textwrap.indent(text, "    ")}
            whole = re.sub(r"^ *(?:/\*|//) … (above|inside).*\n", lambda match: pieces[match[1]], around, flags=re.M)
            programs.append(Program(f"{name}:{line}", language, whole, follows.get("input"), follows.get("output")))
            above = ""
            continue
        programs.append(Program(f"{name}:{line}", language, PLACE.sub("", text), follows.get("input"),
                                follows.get("output"), "serve" in words))
    return programs


def examples(folder):
    """NAME.c and NAME.cpp, with expected/NAME.out and, for those that serve, expected/NAME.in; a line `run: ARGUMENTS`
    in the comment at the top has arguments."""
    for path in sorted([*folder.glob("*.c"), *folder.glob("*.cpp")]):
        text = path.read_text()
        given, output = (folder / "expected" / f"{path.stem}.{suffix}" for suffix in ("in", "out"))
        arguments = re.search(r"^ \* run: (.*)$", text, re.M)
        yield Program(f"examples/embed/{path.name}", path.suffix[1:], text,
                      given.read_text() if given.exists() else None, output.read_text() if output.exists() else "",
                      "listening on" in text, shlex.split(arguments[1]) if arguments else [])


def flags(installed, static, sanitized):
    """(of the compiler, of the linker); `sanitized` is a libcsp.a of that kind."""
    def ask(*options):
        return shlex.split(subprocess.run(
            ["pkg-config", *options, "csp"], check=True, capture_output=True, text=True,
            env={**os.environ, "PKG_CONFIG_PATH": str(installed / "lib/pkgconfig")}).stdout)
    libraries = ask("--libs", "--static") if static or sanitized else ask("--libs")
    archive = str(sanitized) if sanitized else "-l:libcsp.a"
    return (ask("--cflags") + (SANITIZE if sanitized else []),
            [archive if word == "-lcsp" and (static or sanitized) else word for word in libraries])


def build(program, folder, installed, static=False, sanitized=None):
    """Compiles it into folder/host; what the compiler complains of, or None."""
    source = pathlib.Path(folder) / f"host.{program.language}"
    source.write_text(program.text)
    compile_flags, link_flags = flags(installed, static, sanitized)
    extra = ["-lncurses"] if "<ncurses.h>" in program.text else []
    extra += ["-pthread"] if "<pthread.h>" in program.text or "<thread>" in program.text else []
    made = subprocess.run([*COMPILERS[program.language], *WARNINGS, *compile_flags, "-o", "host", source.name,
                           *link_flags, *extra], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return None if made.returncode == 0 else made.stdout + made.stderr


def serve(command, given, limit, env, cwd):
    """Starts a server, sends it each paragraph of `given` over a connection of its own, and gives (what it answered,
    with the ends of lines of text files, its standard error). None: it does not say where it listens."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                             env=env, start_new_session=True)
    answers = None
    try:
        listens = LISTENS.search(child.stdout.readline().decode().rstrip())
        if listens:
            answers = b""
            for request in given.rstrip("\n").split("\n\n"):
                with socket.create_connection(("127.0.0.1", int(listens[1])), limit) as connection:
                    connection.sendall(request.encode() + b"\n\n")
                    connection.shutdown(socket.SHUT_WR)
                    while piece := connection.recv(65536):
                        answers += piece
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        _, errors = child.communicate(timeout=limit)
    return answers and answers.replace(b"\r\n", b"\n"), errors
