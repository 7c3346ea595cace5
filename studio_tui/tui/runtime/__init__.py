"""What the screens run on: background calls, the key queue, the renderer."""
