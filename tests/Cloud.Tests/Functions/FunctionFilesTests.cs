using Cloud.Cli.FunctionsHost;
using Cloud.Flow.Outbound;
using Cloud.Functions;
using Cloud.Functions.Hosting;
using Cloud.Tests.Repository;

namespace Cloud.Tests.Functions;

/// <summary>host.json and the function.json files say what the code does.</summary>
public sealed class FunctionFilesTests
{
    static readonly Dictionary<string, string> NoSettings = [];
    static readonly string Folder = Path.Combine(Source.Root, "functions");

    static readonly HostSettings HostJson = HostSettings.Read(Source.Root, NoSettings);

    public static TheoryData<string> Names => [.. FunctionTable.All.Select(function => function.Name)];

    [Fact]
    public void Every_folder_has_its_code_and_every_function_its_folder() =>
        Assert.Equal(
            FunctionJson.ReadAll(Folder, NoSettings).Select(function => function.Name),
            FunctionTable.All.Select(function => function.Name).Order()
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_is_triggered_as_its_code_expects(string name)
    {
        var file = FunctionJson.ReadAll(Folder, NoSettings).Single(function => function.Name == name);
        switch (FunctionTable.All.Single(function => function.Name == name))
        {
            case HttpFunction code:
                var http = Assert.IsType<HttpDefinition>(file);
                Assert.Equal(code.Route, http.Route);
                Assert.Equal(code.Methods, http.Methods);
                break;
            case QueueFunction code:
                var queue = Assert.IsType<QueueDefinition>(file);
                Assert.Equal(
                    (code.Queue, SettingsReader.Storage, true),
                    (queue.Queue, queue.Connection, queue.IsBinary)
                );
                break;
            case TimerFunction:
                var timer = Assert.IsType<TimerDefinition>(file);
                Assert.False(timer.RunOnStartup, "it would run at the start of each instance");
                break;
        }
    }

    /// <summary>Lines of a function's class between its braces: it decodes, calls core and encodes, and no more.</summary>
    const int LongestClass = 15;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_is_answered_by_a_short_class_beside_its_function_json(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name, $"{name}Function.cs"));
        var declared = Array.FindIndex(lines, line => line == $"static class {name}Function");
        Assert.True(declared >= 0, $"{name}Function.cs does not declare {name}Function");
        Assert.Equal("{", lines[declared + 1]);
        Assert.Equal("}", lines[^1]);
        Assert.Single(lines, line => line == "}");
        Assert.InRange(lines.Length - 1 - (declared + 2), 1, LongestClass);
    }

    [Fact]
    public void Our_deadlines_end_before_the_hosts()
    {
        Assert.True(Deadlines.Trigger < HostJson.FunctionTimeout);
        Assert.True(Deadlines.Outbound < HostJson.FunctionTimeout);
        Assert.True(new OutboundOptions().Lease < Deadlines.Outbound, "who holds the lease may be at work");
        Assert.True(Deadlines.Sweep < Deadlines.Trigger);
        Assert.True(Deadlines.ReportsRun < Deadlines.Reports);
        Assert.True(Deadlines.Reports < HostJson.FunctionTimeout);
        Assert.True(Deadlines.Http < TimeSpan.FromSeconds(230), "the load balancer's patience");
        Assert.True(Deadlines.Http < HostJson.FunctionTimeout);
    }

    [Fact]
    public void The_host_finds_the_handler_and_passes_http_on()
    {
        Assert.Equal(("handler", Handler.RoutePrefix), (HostJson.Executable, HostJson.RoutePrefix));
        Assert.Equal("handler", typeof(Handler).Assembly.GetName().Name);
        Assert.Equal(TimeSpan.FromSeconds(30), HostJson.InitializationTimeout);
        // The host's own poison copy is gone after seven days: a neighbour's crashes must not bring a message there.
        Assert.Equal(1000, HostJson.Queues.MaxDequeueCount);
    }

    [Fact]
    public void No_trigger_can_be_reached_by_an_http_route()
    {
        // A route under the prefix never spells /Name, whatever its parameters are.
        Assert.NotEmpty(HostJson.RoutePrefix);
        Assert.DoesNotContain(HostJson.RoutePrefix, FunctionTable.All.OfType<TriggerFunction>().Select(f => f.Name));
    }
}
