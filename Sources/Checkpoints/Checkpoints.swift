// # Checkpoints: files of tensors, and the way from a pickle to one that is safe
//
// A checkpoint of PyTorch is a pickle: a program for a machine that can call any function of Python. This module reads
// the pickles of tensors without that machine, and writes what they hold as safetensors, a format that holds nothing
// else.
//
//     model.bin ──► ZipArchive ─┐
//                   (or legacy) ├─► Unpickler ──► TensorView, TensorStorage ──► TensorCopy ──► SafetensorsWriter
//                               └─── bytes of the storages ────────────────────────┘
//
// - ``TorchCheckpoint`` opens a file of `torch.save`. ``Unpickler`` is a stack machine that knows the instructions of
//   protocols 2 to 5 and the dozen functions of ``TorchGlobal``; whatever else a pickle names is refused by name before
//   anything is done with it. Nothing is called, nothing recurses, and all that is kept is counted.
// - ``CheckpointConversion`` is the converter of the safetensors library without torch: the same bytes. It keeps a few
//   mebibytes in memory, whatever the size of the checkpoint.
// - ``SafetensorsFile`` and ``SafetensorsWriter`` read and write the format itself, with all of its rules checked.
// - ``WeightPlan`` says what becomes of each file of a folder, from names alone; ``WeightFolder`` carries it out, into a
//   workspace that a push uploads from.
//
// A stranger's file is refused with what is wrong with it: `unsafeCheckpoint` for a pickle that wants more than tensors,
// `checkpoint` for a damaged one and for one beyond the limits. A compressed archive is refused too: torch stores its
// records as they are, and what is not compressed cannot be larger than it looks.
//
// Sources: torch/serialization.py, torch/_utils.py, torch/storage.py and torch/_weights_only_unpickler.py of PyTorch 2.13;
// PEP 307, 3154 and 574 and CPython's pickletools for the pickles; PKWARE's APPNOTE.TXT for the archive; the README and
// `tensor.rs` of the safetensors library.
