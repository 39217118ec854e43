#ifndef CNOISE_H
#define CNOISE_H

#include <stddef.h>

/// Makes Gaussian draws of uniform ones in place, block by block of sixteen, with the bits of torch's vector code: the
/// first eight of a block give the radii, the others the angles.
///
/// In C for one reason: a fused multiply-add is a function call in code for any x86, and an instruction in a function
/// that is compiled for newer ones and chosen at run time. That is a factor of thirty.
void cnoise_box_muller(float *values, size_t blocks);

#endif
