using System.CommandLine;
using Cloud.Cli;

namespace Cloud.Tests.Cli;

/// <summary>What holds for every verb.</summary>
public sealed class CommandTreeTests
{
    /// <summary>What prints nothing where it is done; and what prints, but for a person, a shell or a file alone.</summary>
    static readonly string[] WithoutData =
    [
        "serve",
        "completion",
        "psl",
        "psl update",
        "domain add",
        "domain remove",
        "user grant",
        "user revoke",
        "user forward",
        "user unforward",
        "user sent",
        "user verp",
        "user suspend",
        "user resume",
        "user quota",
        "user restore",
        "user app-password revoke",
        "acl remove",
        "alias add",
        "alias remove",
        "hook remove",
        "hook rotate-links",
        "route remove",
        "key remove",
        "queue dead replay",
        "queue dead remove",
        "suppression add",
        "suppression remove",
    ];

    static IEnumerable<(string Path, Command Command)> Verbs(Command command, string path = "")
    {
        foreach (var below in command.Subcommands)
        {
            var name = path.Length == 0 ? below.Name : $"{path} {below.Name}";
            if (below.Action is not null)
                yield return (name, below);
            foreach (var verb in Verbs(below, name))
                yield return verb;
        }
    }

    [Fact]
    public void Every_verb_that_prints_data_takes_json()
    {
        var without = Verbs(CloudCommand.Create())
            .Where(verb => verb.Command.Options.All(option => option.Name != "--json"))
            .Select(verb => verb.Path);
        Assert.Equal(WithoutData.Order(), without.Order());
    }
}
