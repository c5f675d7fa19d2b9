# Completes the command sweep: eval "$(sweep completion bash)" in ~/.bashrc
_sweep() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        [ -n "$word" ] && COMPREPLY+=("$word")
    done < <("${1/#\~/$HOME}" completion query bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -o nospace -F _sweep sweep
