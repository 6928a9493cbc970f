"""The recipe of the language models: treebank, names, raw text and lexicons in; a folder of Stanza models out."""
