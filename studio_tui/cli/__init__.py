"""The command line: a module per noun, which reads the arguments, calls a service and prints.

Commands are loaded when they are called (`cli.lazy`); each prints through `cli.output`, which lets
no control character through, and writes JSON in the shapes of `cli.shapes`, the contract that
``docs/commands.md`` describes.
"""
