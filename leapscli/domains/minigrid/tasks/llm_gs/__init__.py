"""The tasks of LLM-GS (Liu et al., ICLR 2025) in MiniGrid."""

ORDER = ("lavagap", "putnear", "redbluedoor")
