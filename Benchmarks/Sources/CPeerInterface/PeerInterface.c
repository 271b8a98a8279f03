#include "PeerInterface.h"
