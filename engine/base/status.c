#include <backline/status.h>

const char *bl_strerror(bl_status status)
{
    switch (status) {
    case BL_OK: return "It worked.";
    case BL_ERR_NO_MEM: return "There is not enough memory.";
    case BL_ERR_ARGUMENT: return "The arguments do not fit together.";
    case BL_ERR_IO: return "The file could not be read or written.";
    case BL_ERR_FORMAT: return "The file is damaged or not of the format that it claims to be.";
    case BL_ERR_UNSUPPORTED: return "The file asks for something that this version cannot do.";
    case BL_ERR_NO_NETWORK: return "The file holds tensors, but nothing says which network they belong to.";
    case BL_ERR_LIMIT: return "The model is larger than a limit of this program.";
    case BL_ERR_CPU: return "This machine does not have that instruction set.";
    }
    return "Unknown status.";
}

const char *bl_version(void)
{
    return BACKLINE_VERSION;
}
