namespace Cloud.Tests.Cli;

/// <summary>`cloud domain|user|alias`, on the data at rest and through the running server: the same answers.</summary>
public sealed class AdministrationCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-admin-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Domains_users_and_aliases_come_and_go(bool running)
    {
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;

        Assert.Equal((0, ""), await RunAsync(null, "domain", "add", "example.test"));
        Assert.Equal((0, "example.test\n"), await RunAsync(null, "domain", "list"));
        Assert.Equal((0, ""), await RunAsync("a good secret\n", "user", "add", "ada@example.test"));
        var (_, generated) = await RunAsync(null, "user", "add", "--generate", "bob@example.test");
        Assert.Matches("^[a-z2-9]{20}\n$", generated);
        Assert.Equal((0, "ada@example.test\t0\t0\nbob@example.test\t0\t0\n"), await RunAsync(null, "user", "list"));
        Assert.Equal((0, ""), await RunAsync("another secret\n", "user", "passwd", "ada@example.test"));

        var all = new[] { "alias", "add", "all@example.test", "ada@example.test", "bob@example.test" };
        Assert.Equal((0, ""), await RunAsync(null, all));
        Assert.Equal((0, ""), await RunAsync(null, "alias", "add", "*@example.test", "ada@example.test"));
        var (_, aliases) = await RunAsync(null, "alias", "list");
        Assert.Equal(
            ["*@example.test\tada@example.test", "all@example.test\tada@example.test bob@example.test"],
            aliases.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );

        var forward = new[] { "user", "forward", "ada@example.test", "you@outside.test", "bob@example.test" };
        Assert.Equal((0, ""), await RunAsync(null, [.. forward, "--no-keep"]));
        Assert.Equal((0, ""), await RunAsync(null, "user", "forward", "bob@example.test", "me@outside.test"));
        Assert.Equal(
            (
                0,
                "ada@example.test\tno-keep\tyou@outside.test bob@example.test\nbob@example.test\tkeep\tme@outside.test\n"
            ),
            await RunAsync(null, "user", "forwards")
        );
        Assert.Equal(2, (await RunAsync(null, [.. forward, "--keep", "--no-keep"])).ExitCode);
        Assert.Equal((0, ""), await RunAsync(null, "user", "unforward", "ada@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "user", "unforward", "bob@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "user", "forwards"));
        Assert.Equal((0, ""), await RunAsync(null, "user", "verp", "ada@example.test", "on"));

        Assert.Equal(1, (await RunAsync(null, "domain", "remove", "example.test")).ExitCode);
        Assert.Equal((0, ""), await RunAsync(null, "alias", "remove", "all@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "alias", "remove", "*@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "user", "remove", "--now", "--yes", "ada@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "user", "remove", "--now", "--yes", "bob@example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "domain", "remove", "example.test"));
        Assert.Equal((0, ""), await RunAsync(null, "domain", "list"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mistakes_are_told_in_one_line_and_change_nothing(bool running)
    {
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;
        await RunAsync(null, "domain", "add", "example.test");
        await RunAsync("a secret\n", "user", "add", "ada@example.test");

        foreach (
            var arguments in new string[][]
            {
                ["domain", "add", "no domain"],
                ["domain", "add", "example.test"],
                ["user", "add", "ada@example.test"],
                ["user", "add", "ada@elsewhere.test"],
                ["user", "add", "ada"],
                ["user", "passwd", "nobody@example.test"],
                ["user", "remove", "--yes", "nobody@example.test"],
                ["alias", "add", "x@elsewhere.test", "ada@example.test"],
                ["alias", "add", "x@example.test", "x+y@example.test"],
                ["alias", "remove", "nothing@example.test"],
                ["user", "forward", "ada@example.test", "ada@example.test"],
                ["user", "forward", "nobody@example.test", "you@outside.test"],
                ["user", "unforward", "ada@example.test"],
                ["user", "verp", "nobody@example.test", "on"],
                ["trace", "no-id"],
                ["trace", "1a2057827315f66d9c09c6f93d2"],
            }
        )
        {
            var (code, output, errors) = await CloudProcess.RunAsync("a secret\n", [.. arguments, "--data", data]);
            Assert.True(code == 1, $"{string.Join(' ', arguments)}: exit code {code}, {errors}");
            Assert.Empty(output);
            Assert.Single(errors.Trim().Split('\n'));
        }
        Assert.Equal((0, "ada@example.test\t0\t0\n"), await RunAsync(null, "user", "list"));
    }

    [Fact]
    public async Task Nothing_is_removed_without_a_yes()
    {
        await RunAsync(null, "domain", "add", "example.test");
        await RunAsync("a secret\n", "user", "add", "ada@example.test");
        Assert.Equal(1, (await RunAsync("no\n", "user", "remove", "ada@example.test")).ExitCode);
        Assert.Equal((0, "ada@example.test\t0\t0\n"), await RunAsync(null, "user", "list"));
    }

    [Fact]
    public async Task A_mistyped_directory_is_told_and_not_made()
    {
        var mistyped = Path.Combine(data, "mial");
        var (code, _, errors) = await CloudProcess.RunAsync(null, "user", "list", "--data", mistyped);
        Assert.Equal(1, code);
        Assert.Contains(mistyped, errors);
        Assert.False(Directory.Exists(mistyped));
    }

    [Fact]
    public async Task A_command_that_makes_no_sense_is_a_fault_of_usage() =>
        Assert.Equal(2, (await RunAsync(null, "user", "ad", "ada@example.test")).ExitCode);

    async Task<(int ExitCode, string Output)> RunAsync(string? input, params string[] arguments)
    {
        var (code, output, _) = await CloudProcess.RunAsync(input, [.. arguments, "--data", data]);
        return (code, output);
    }
}
