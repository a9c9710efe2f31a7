"""A simulation, put together: shop, services, shoppers, and the story they live through."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

from app.settings import child_environment, load_settings
from app.simulation.client import Client
from app.simulation.commands import Commands
from app.simulation.kills import Kills
from app.simulation.pages_now import Worth
from app.simulation.plan import Plan
from app.simulation.services import served
from app.simulation.shop import mark_simulated, open_shop
from app.simulation.shoppers import BATCH, Shoppers
from app.simulation.story import HOUR_S, PARTS, Story
from indexing.current import index_folder, read_current
from ranking.simulation.shoppers import make_crowd

SERVICES_WITH_REDIS: Final = 2
_THREADS: Final = 4
_BOTS, _BOT_SHARE = 3, 0.02


def simulated(plan: Plan, tell: Callable[[str, str], None]) -> Worth:
    """How much better the last page is than the first. tell: what, and how it went.

    Raises SimulationError, SettingsError.
    """
    key = secrets.token_hex(16)
    environments = _environments(plan, key)  # wrong settings are told before anything is made
    arrive_at = plan.hours / PARTS / 24
    shop = open_shop(
        plan.data, plan.index, plan.products, plan.arriving, plan.intents, arrive_at, plan.seed
    )
    tell(
        "shop",
        f"{len(shop.world.goods) - len(shop.arriving):,} products, {len(shop.world.intents):,} "
        f"intents, {len(shop.arriving):,} products to come",
    )
    commands = Commands(plan.data, plan.index, environments[0])
    if read_current(index_folder(plan.data, plan.index)) is None:
        built = commands.run(
            "build", "--catalog", str(shop.catalog), "--queries", str(shop.queries)
        )
        tell("build", f"{built.told} in {built.seconds:.1f} s")
    begin = time.time() - plan.hours * HOUR_S if plan.fast else time.time()
    with served(plan.data, environments, plan.port, plan.workers) as processes:
        client = Client([each.port for each in processes], key, _THREADS)
        try:
            mark_simulated(plan.data)
            tell("service", f"{len(processes)} × {plan.workers} workers, "
                            f"ports {', '.join(str(port) for port in client.ports)}")  # fmt: skip
            kills = Kills(
                processes, plan.kills, max(int(plan.hours), plan.searches // BATCH), plan.seed
            )
            shoppers = Shoppers(
                client,
                plan.index,
                make_crowd(plan.users, _BOTS, _BOT_SHARE, plan.seed),
                plan.browsing,
                begin,
                kills,
                (len(shop.world.goods) - len(shop.arriving), shop.planted),
                plan.seed,
            )
            return Story(plan, begin, shop, client, shoppers, commands, kills, tell).run()
        finally:
            client.close()


def _environments(plan: Plan, key: str) -> list[Mapping[str, str]]:
    """Of each service. Over Redis each has a state folder of its own, as on machines of theirs."""
    given = {"redis_url": plan.redis} if plan.redis else {}
    common = child_environment(load_settings(data_dir=plan.data, **given)) | {
        "VITRINA_ADMIN_KEY": key,
        "VITRINA_PSEUDONYM_KEY": key,
        "VITRINA_DEFAULT_INDEX": plan.index,
        "VITRINA_POLL_S": "0.2",
        "VITRINA_BUDGET_MS": "5000",
        "VITRINA_ACCESS_LOG": "false",
        "VITRINA_CHANGE_LOG": "redis" if plan.redis else "sqlite",
    }
    if not plan.redis:
        return [common | {"VITRINA_STATE_DIR": str((plan.data / "state").absolute())}]
    return [
        common | {"VITRINA_STATE_DIR": str((plan.data / f"state-{number}").absolute())}
        for number in range(SERVICES_WITH_REDIS)
    ]
