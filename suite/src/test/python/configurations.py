"""Every field of the configurations that transformers has for the families that Gatun reads.

python configurations.py > ../resources/dev/gatun/model/checkpoint/families/configurations.json
"""

import json
import sys

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

FAMILIES = [
    "gpt2", "gpt_neox", "llama", "qwen2", "qwen3", "mistral", "gemma", "gemma2", "gemma3_text", "opt",
    "olmo", "olmo2", "phi3", "gpt_neo", "smollm3",
]


def main():
    configurations = {family: CONFIG_MAPPING[family]().to_dict() for family in FAMILIES}
    print(f"made with transformers {transformers.__version__}", file=sys.stderr)
    print("{")
    lines = [f'"{name}": {json.dumps(values)}' for name, values in configurations.items()]
    print(",\n".join(lines))
    print("}")


if __name__ == "__main__":
    main()
