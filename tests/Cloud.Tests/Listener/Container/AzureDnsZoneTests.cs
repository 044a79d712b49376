using System.Text.Json;
using Cloud.Listener.Container;
using Cloud.Listener.Tls;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Container;

/// <summary>TXT records in a zone of our own that keeps Azure DNS's rules about ETags.</summary>
public sealed class AzureDnsZoneTests : IAsyncLifetime
{
    const string ZoneId = "/subscriptions/0/resourceGroups/mail/providers/Microsoft.Network/dnsZones/example.test";
    const string Name = "_acme-challenge.mx.example.test";

    readonly Dictionary<string, (List<string> Values, int Version)> records = [];
    FakeAzure azure = null!;
    int versions;
    Action? meanwhile;

    public async Task InitializeAsync() => azure = await FakeAzure.StartAsync(AnswerAsync);

    public async Task DisposeAsync() => await azure.DisposeAsync();

    [Fact]
    public async Task Values_come_and_go_one_by_one_and_an_empty_record_set_keeps_its_rights()
    {
        var zone = Zone();
        await zone.AddAsync(Name, "one", default);
        await zone.AddAsync(Name, "two", default);
        await zone.AddAsync(Name, "two", default);
        Assert.Equal(["one", "two"], records["_acme-challenge.mx"].Values);
        await zone.RemoveAsync(Name, "one", default);
        Assert.Equal(["two"], records["_acme-challenge.mx"].Values);
        await zone.RemoveAsync(Name, "two", default);
        await zone.RemoveAsync(Name, "two", default);
        Assert.Empty(records["_acme-challenge.mx"].Values);
        await zone.AddAsync(Name, "three", default);
        Assert.Equal(["three"], records["_acme-challenge.mx"].Values);
        Assert.Equal("https://management.azure.com/.default", azure.Scopes.First());
    }

    [Fact]
    public async Task What_another_writes_meanwhile_is_kept()
    {
        meanwhile = () => records["_acme-challenge.mx"] = (["theirs"], ++versions);
        await Zone().AddAsync(Name, "ours", default);
        Assert.Equal(["theirs", "ours"], records["_acme-challenge.mx"].Values);
    }

    [Fact]
    public async Task A_name_of_another_zone_is_refused_before_anything_is_asked()
    {
        var fault = await Assert.ThrowsAsync<CertificateException>(async () =>
            await Zone().AddAsync("_acme-challenge.example.org", "x", default)
        );
        Assert.Contains("example.test", fault.Message);
        Assert.Empty(azure.Scopes);
    }

    AzureDnsZone Zone() => new(ZoneId, azure.Pipeline(AzureDnsZone.Scope), azure.Address);

    async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Assert.Equal("?api-version=2018-05-01", $"{request.QueryString}");
        var name = request.Path.Value![$"{ZoneId}/TXT/".Length..];
        var known = records.TryGetValue(name, out var record);
        if (request.Method == "GET")
        {
            context.Response.StatusCode = known ? 200 : 404;
            if (known)
                await context.Response.WriteAsJsonAsync(Json(record.Values, record.Version));
            return;
        }

        meanwhile?.Invoke();
        meanwhile = null;
        known = records.TryGetValue(name, out record);
        var unchanged = known ? request.Headers.IfMatch == $"v{record.Version}" : request.Headers.IfNoneMatch == "*";
        context.Response.StatusCode = unchanged ? 200 : 412;
        if (!unchanged)
            return;
        Assert.Equal("PUT", request.Method);
        using var body = await JsonDocument.ParseAsync(request.Body);
        var properties = body.RootElement.GetProperty("properties");
        Assert.InRange(properties.GetProperty("TTL").GetInt32(), 1, 60);
        var values = properties.GetProperty("TXTRecords").EnumerateArray();
        records[name] = ([.. values.Select(value => value.GetProperty("value")[0].GetString()!)], ++versions);
    }

    static object Json(List<string> values, int version) =>
        new
        {
            etag = $"v{version}",
            properties = new Dictionary<string, object>
            {
                ["TTL"] = 10,
                ["TXTRecords"] = values.Select(value => new { value = new[] { value } }),
            },
        };
}
