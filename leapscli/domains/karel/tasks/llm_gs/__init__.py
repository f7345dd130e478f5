"""The two tasks that LLM-GS adds (Liu et al., ICLR 2025)."""
