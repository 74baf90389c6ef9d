"""What the host's own records need."""

from core.i18n import _l
from core.security.actor import NEVER
from core.security.rights import Rights
from core.security.rules import all_rows, own_companies, own_rows

rights = Rights()
rights.model("currency", read="core.read", write="core.configure")
rights.model("company", read="core.read", write="core.configure")
rights.model("sequence", read="core.configure", write="core.configure")
rights.model("sequence.counter", read="core.configure", write="core.configure")
rights.model("attachment", read="core.read", write="core.read")
# Read and written in the panel of its record, by whoever may read that.
rights.model("note", read=NEVER, write=NEVER)
rights.model("role", read="core.users", write="core.users", delete="core.users")
rights.model("user", read="core.users", write="core.users", choose="core.read")
rights.model("user.role", read="core.users", write="core.users", delete="core.users")
rights.model("user.company", read="core.users", write="core.users", delete="core.users")
rights.model("user.session", read="core.users", write=NEVER)
rights.model("team", read="core.users", write="core.users", delete="core.users", choose="core.read")
rights.model("team.member", read="core.users", write="core.users", delete="core.users")
rights.model("login.failure", read="core.users", write=NEVER)
rights.model("audit.event", read="core.audit", write=NEVER)
rights.model("audit.seal", read="core.audit", write=NEVER)
rights.model("addon", read="core.configure", write=NEVER)
rights.model("host.state", read="core.configure", write=NEVER)
rights.model("shipped.record", read="core.configure", write=NEVER)
rights.model("retired.id", read="core.configure", write=NEVER)
rights.model("retired.counter", read="core.configure", write=NEVER)
rights.model("job", read="core.read", write=NEVER)
rights.model("job.item", read="core.read", write=NEVER)
rights.model("scheduled.action", read="core.configure", write="core.configure")
rights.model("mail.message", read="core.mail", write=NEVER)
rights.model("mail.attempt", read="core.mail", write=NEVER)
rights.model("mail.attachment", read="core.mail", write=NEVER)
rights.model("mail.return", read="core.mail", write=NEVER)
rights.model("mail.template", read="core.configure", write="core.configure", delete="core.configure")
rights.model("menu", read="core.read", write=NEVER)
rights.model("list.view", read="core.read", write="core.read", delete="core.read")
rights.model("list.default_view", read="core.read", write="core.read", delete="core.read")
# Users move their own by the buttons of its card.
rights.model("tour.place", read=NEVER, write=NEVER)
rights.model("data.import", read="core.import", write="core.import")
rights.model("data.import_row", read="core.import", write=NEVER)
# Users manage their own on a page of theirs.
rights.model("api.token", read="core.users", write=NEVER)
rights.model("api.reply", read=NEVER, write=NEVER)
rights.model("webhook.endpoint", read="core.configure", write="core.configure", delete="core.configure")
rights.model("webhook.delivery", read="core.configure", write=NEVER)
rights.model("webhook.attempt", read="core.configure", write=NEVER)
# Whoever sees the record that a link asks about sees the answer on it.
rights.model("link", read="core.configure", write=NEVER)

for secret in ("password", "tf_totp_secret", "tf_last_counter", "mf_recovery_codes", "fs_uniquifier"):
    rights.field("user", secret, read=NEVER)
rights.field("user.session", "key", read=NEVER)
rights.field("link", "secret", read=NEVER)

rights.rule("company", "core.read", own_companies)
# Whoever manages users says in which companies they work.
rights.rule("company", "core.users", all_rows)
# The items of a job name customers: one sees one's own jobs.
rights.rule("job", "core.read", own_rows("user_id"))
rights.rule("job", "core.jobs", all_rows)
rights.follows("job.item", "job_id", "job")

rights.permission("core.read", _l("Work with the program"))
rights.permission("core.configure", _l("Change companies, numbers, templates and schedules"))
rights.permission("core.users", _l("Manage users, roles and teams"))
rights.permission("core.audit", _l("See who changed what"))
rights.permission("core.mail", _l("See the outbox and decide about mails"))
rights.permission("core.import", _l("Import files"))
rights.permission("core.share_views", _l("Share views of lists with everybody"))
rights.permission("core.jobs", _l("See and steer the jobs of others"))
rights.permission("*", _l("Everything: an administrator"))
