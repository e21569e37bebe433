// The weight files and their cards as they are, between two symbols each.
.macro embed symbol, file
  .balign 64
  .global scrim_\symbol
scrim_\symbol:
  .incbin "\file"
  .global scrim_\symbol\()_end
scrim_\symbol\()_end:
  .byte 0
.endm

.section .rodata
embed flow_field_weights, "flow_field.safetensors"
embed flow_field_card, "flow_field.md"
embed noise_weights, "noise.safetensors"
embed noise_card, "noise.md"
embed segmenter_weights, "segmenter.safetensors"
embed segmenter_card, "segmenter.md"

.section .note.GNU-stack, "", %progbits
