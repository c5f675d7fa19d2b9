# Completes the command sweep: sweep completion fish | source, in ~/.config/fish/config.fish
function __sweep_complete
    set -l command (commandline -opc)[1]
    $command completion query fish (commandline -cp | string collect) 2>/dev/null
end
complete -c sweep -f -a '(__sweep_complete)'
