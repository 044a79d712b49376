using System.Text;
using System.Text.Json;
using Cloud.Dns;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Repository;
using Cloud.Trust;
using Cloud.Trust.Arc;

namespace Cloud.Tests.Trust.Arc;

/// <summary>The public validation suite of ARC, all of it.</summary>
public sealed class SuiteTests
{
    static readonly JsonDocument Suite = JsonDocument.Parse(
        Source.Read("tests/Cloud.Tests/Trust/Data/arc/arc-draft-validation-tests.json")
    );

    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var section in Suite.RootElement.EnumerateArray())
            foreach (var test in section.GetProperty("tests").EnumerateArray())
                names.Add(Text(test, "name"));
            return names;
        }
    }

    [Fact]
    public void All_of_the_suite_is_here() => Assert.Equal(171, Names.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_suite_agrees(string name)
    {
        var section = Suite.RootElement.EnumerateArray().First(section => Test(section, name) is not null);
        var test = Test(section, name)!.Value;
        var message = Encoding.UTF8.GetBytes(Text(test, "message").ReplaceLineEndings("\r\n"));

        using var verification = new MessageVerification(Zone(section), new ManualClock(), null, default);
        verification.Write(message);
        var verdict = (await verification.CompleteAsync()).Arc;

        // Where the suite leaves the result open, a forwarder has said that the chain is broken.
        var expected = Text(test, "result") is { Length: > 0 } result ? result.ToLowerInvariant() : "fail";
        Assert.True(
            verdict.Result.ToText() == expected && verdict.Result != ArcResult.TempError,
            $"{verdict}, not {expected}:\n{string.Join('\n', verdict.Steps)}"
        );
    }

    static ZoneResolver Zone(JsonElement section)
    {
        var resolver = new ZoneResolver();
        foreach (var record in section.GetProperty("records").EnumerateObject())
        {
            var text = Encoding.UTF8.GetBytes(record.Value.GetString()!);
            resolver.Add(new TxtRecord(DnsName.Parse(record.Name), default, new(text)));
        }

        return resolver;
    }

    static JsonElement? Test(JsonElement section, string name)
    {
        foreach (var test in section.GetProperty("tests").EnumerateArray())
        {
            if (Text(test, "name") == name)
                return test;
        }

        return null;
    }

    static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
