"""Whoever made the parts of an order says whether they come."""

from core.links import Answer, Links, Shown

links = Links()


def show(session, order) -> Shown:
    return Shown(
        title=f"Order {order.number}",
        sender=order.company.name,
        facts=[("State", order.state)],
        question="Do you confirm it?",
        answers={"yes": "Yes", "no": "No"},
        closed="It was taken back." if order.state == "gone" else "",
    )


def answer(session, order, given: Answer) -> None:
    order.state = "confirmed" if given.choice == "yes" else "draft"


links.purpose("shelf.order", show=show, answer=answer)
