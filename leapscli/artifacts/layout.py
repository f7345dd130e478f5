"""The files of each kind of artifact, by name."""

MANIFEST = "manifest.yaml"  # of all: where it came from, and the hash of every other file

PROGRAMS = "programs.h5"  # dataset: programs, their demonstrations, their splits

WEIGHTS = "weights.safetensors"  # model
CHECKPOINT = "checkpoint.safetensors"  # model: what resuming needs
METRICS = "metrics.jsonl"  # model: a line for each validation
SEEN = "seen.npy"  # model: which programs it was trained on

PROGRAM = "program.txt"  # run: what was found
HISTORY = "history.csv"  # run: a line for each iteration
STATE = "state.npz"  # run: what resuming needs

EVALUATION = "evaluation.json"  # evaluation

RESUMED = ".resumed"  # of a draft: the artifact that it continues

TREE = "tree.json"  # policy: the nodes of a decision tree
TREE_TEXT = "tree.txt"  # policy: the same in words
