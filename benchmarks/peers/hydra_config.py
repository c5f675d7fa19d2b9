"""The configuration of the Hydra peers."""

from dataclasses import dataclass

from hydra.core.config_store import ConfigStore


@dataclass
class Config:
    """One job."""

    lr: float = 1e-2
    scale: float = 0.1
    epochs: int = 5000


ConfigStore.instance().store(name="config", node=Config)
