"""Two hundred mails with one file of 40 kB to a mail server on loopback, each its own committed effect."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core import m, mail
from core.db import db
from core.records import attachments
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

MAILS = 200
FILE_SIZE = 40 * 1024

#: A server that takes everything; it stands for the world, so its CPU is not counted.
SINK = """
import asyncio, sys
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
asyncio.run(serve())
"""


def bench() -> list[Result]:
    """Queue in one transaction a mail, then send all that is due."""
    with mail_sink() as (pid, port):
        server = {"mail_transport": "smtp", "smtp_host": "127.0.0.1", "smtp_port": port}
        with bench_app(**server):
            company_id = db.session.query(m.Company.id).scalar()
            files = [_file(serial, company_id) for serial in range(MAILS)]
            db.session.commit()
            for file in files:
                db.session.refresh(file)
            # As in a job, whose session knows the file of one statement at a time.
            db.session.expunge_all()
            return [_send(files, company_id, pid)]


def _send(files: list[Any], company_id: int, sink: int) -> Result:
    with measured("mail", "mail", engine=db.engine, size=FILE_SIZE, uncounted=frozenset({sink})) as result:
        for serial, file in enumerate(files):
            mail.queue(
                db.session,
                to=[f"accounts{serial}@customer.example"],
                subject=f"Statement ST/2026/{serial:05d}",
                body="Dear customer,\n\nplease find your statement of account attached.\n",
                model="billing.statement",
                record_id=serial + 1,
                company_id=company_id,
                attachments=[file],
                idempotency_key=f"billing.statement:{serial}:1",
                when_unsure="park",
            )
            db.session.commit()
        counts = mail.send_due(MAILS)
    result.units = MAILS
    result.work = {"mails": counts.sent, "bytes of files": MAILS * FILE_SIZE}
    return result


def _file(serial: int, company_id: int) -> Any:
    contents = random.Random(serial).randbytes(FILE_SIZE)
    row = m.Attachment(
        filename=f"statement-{serial}.pdf",
        mimetype="application/pdf",
        sha256=attachments.store(contents),
        size=FILE_SIZE,
        company_id=company_id,
    )
    db.session.add(row)
    return row


@contextmanager
def mail_sink() -> Iterator[tuple[int, int]]:
    with subprocess.Popen(
        [sys.executable, "-c", SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.stdin.close()
