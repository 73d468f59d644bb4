def build_sam3_image_model() -> str:
    return "sam3"
