class RasterizeCudaContext:
    pass
