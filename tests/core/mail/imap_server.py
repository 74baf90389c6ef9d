"""A mailbox on loopback that speaks as much of IMAP as is asked of it (RFC 3501)."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CRLF = b"\r\n"


@dataclass
class Mailbox:
    """Messages by their numbers, and which of them were seen."""

    messages: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    password: str = "secret"
    #: What was fetched as a whole.
    fetched: list[int] = field(default_factory=list)
    #: After so many answers the line breaks.
    breaks_after: int | None = None
    port: int = 0

    def put(self, contents: bytes) -> int:
        """A further message; returns its number."""
        number = 4711 + len(self.messages)
        self.messages[number] = contents.replace(b"\r\n", b"\n").replace(b"\n", CRLF)
        return number


class _Handler(socketserver.StreamRequestHandler):
    mailbox: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"* OK ready" + CRLF)
        for count, line in enumerate(self.rfile):
            if self.mailbox.breaks_after is not None and count >= self.mailbox.breaks_after:
                return
            tag, _blank, command = line.decode().strip().partition(" ")
            answer = self._answer(command)
            self.wfile.write(answer.replace(b"{tag}", tag.encode()))
            if command.upper() == "LOGOUT":
                return

    def _answer(self, command: str) -> bytes:
        upper, done = command.upper(), b"{tag} OK done" + CRLF
        if upper.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4REV1" + CRLF + done
        if upper.startswith("LOGIN"):
            good = command.endswith(f'"{self.mailbox.password}"')
            return done if good else b"{tag} NO LOGIN failed" + CRLF
        if upper.startswith("SELECT"):
            there = "INBOX" in upper
            return b"* 1 EXISTS" + CRLF + done if there else b"{tag} NO no such folder" + CRLF
        if upper.startswith("UID SEARCH UNSEEN"):
            unseen = " ".join(str(n) for n in self.mailbox.messages if n not in self.mailbox.seen)
            return f"* SEARCH {unseen}".encode() + CRLF + done
        if upper.startswith("UID STORE"):
            self.mailbox.seen.add(int(command.split()[2]))
            return done
        if upper.startswith("UID FETCH"):
            return self._fetched(command) + done
        return (b"* BYE" + CRLF if upper == "LOGOUT" else b"") + done

    def _fetched(self, command: str) -> bytes:
        answer = b""
        for number in map(int, command.split()[2].split(",")):
            whole = self.mailbox.messages[number]
            if "HEADER" in command:
                part, name = whole.partition(CRLF * 2)[0] + CRLF * 2, "BODY[HEADER]"
            else:
                most = int(re.search(r"<0\.(\d+)>", command)[1])
                self.mailbox.fetched.append(number)
                part, name = whole[:most], "BODY[]<0>"
            answer += f"* 1 FETCH (UID {number} {name} {{{len(part)}}}".encode() + CRLF + part + b")" + CRLF
        return answer


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[Mailbox]:
    """Answer on a port of its own."""
    handler = type("Handler", (_Handler,), {"mailbox": mailbox})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield mailbox
        server.shutdown()
        thread.join()
