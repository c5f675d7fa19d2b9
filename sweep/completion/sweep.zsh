#compdef sweep
# Completes the command sweep: eval "$(sweep completion zsh)" in ~/.zshrc
_sweep() {
    local answer word shown
    local -a whole whole_shown begun begun_shown list
    for answer in "${(@f)$(${~words[1]} completion query zsh "${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" 2>/dev/null)}"; do
        word=${answer%%$'\t'*} shown=${answer%%$'\t'*}
        if [[ $answer == *$'\t'* ]]; then
            shown="${(r:36:)word}  ${answer#*$'\t'}" list=(-l)
            shown=${shown[1,COLUMNS-1]}
        fi
        case $word in
            '') ;;
            *[=/]) begun+=("$word") begun_shown+=("$shown") ;;
            *) whole+=("$word") whole_shown+=("$shown") ;;
        esac
    done
    compadd -U $list -d whole_shown -a whole
    compadd -U $list -S '' -d begun_shown -a begun
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i -D }
compdef _sweep sweep
