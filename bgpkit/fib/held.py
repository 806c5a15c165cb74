"""The routes of ours in the kernel, by prefix: nearly always one each, else one for each metric. Pure."""

from bgpkit.fib.form import Forms


def put(held: dict[bytes, Forms], key: bytes, forms: Forms) -> bool:
    """Hold the one form in ``forms``, in place of one with the same metric; tell whether others are held too."""
    before, metric = held.get(key), forms[0].metric
    if before is None or (len(before) == 1 and before[0].metric == metric):
        held[key] = forms
        return False
    others = tuple(each for each in before if each.metric != metric)
    held[key] = (*others, *forms)
    return bool(others)


def drop(held: dict[bytes, Forms], key: bytes, metric: int) -> bool:
    """Hold the form with ``metric`` no longer; tell whether others are held."""
    before = held.get(key, ())
    if len(before) > 1 and (others := tuple(each for each in before if each.metric != metric)):
        held[key] = others
        return True
    if any(each.metric == metric for each in before):
        del held[key]
        return False
    return bool(before)
