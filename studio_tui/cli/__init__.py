"""The command line: a package per noun.

Each command reads its arguments, calls a service and prints. Commands are imported when they are
called (`cli.shared.lazy`). They print through `cli.shared.output`, which removes control
characters, and write JSON in the shapes of the modules ``shapes``, the contract that
``docs/commands.md`` describes.
"""
