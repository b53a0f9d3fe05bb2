// Keeps the addon loaded for as long as the process lives.
#pragma once

namespace glia {

// Node.js unloads an addon with the last worker thread that used it, while threads of
// ours still sleep in its code.
void PinInMemory();

}  // namespace glia
