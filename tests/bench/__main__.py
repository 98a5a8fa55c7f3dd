"""Everything that `make bench` measures, on one stage; each beside its yardstick, without a verdict.

Shares, not rates, are what counts: the clients, the workers and the server live on the same cores.
"""

from __future__ import annotations

from tests.bench import export, filing, force_forms, pages, queue, record_cost, sequencing
from tests.bench.stage import stage


def main() -> None:
    with stage() as found:
        for bench in (filing, record_cost, sequencing, export, queue):
            bench.measure(found)
    force_forms.main()
    pages.main()


if __name__ == "__main__":
    main()
