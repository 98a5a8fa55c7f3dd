"""The front door: assembly only, knows every router, holds no business."""
