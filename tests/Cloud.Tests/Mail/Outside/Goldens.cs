using System.Globalization;
using System.Text;
using System.Text.Json;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>mail-parser's JSON and our values, both as text of one form.</summary>
static class Goldens
{
    public static string Addresses(JsonElement expected)
    {
        var text = new List<string>();
        if (expected.TryGetProperty("List", out var list))
            text.AddRange(list.EnumerateArray().Select(Address));
        else
            foreach (var group in expected.GetProperty("Group").EnumerateArray())
                Add(group);
        return string.Join(", ", text);

        void Add(JsonElement group)
        {
            var members = string.Join(", ", group.GetProperty("addresses").EnumerateArray().Select(Address));
            var name = group.GetProperty("name").GetString();
            text.Add(name is null ? members : $"{name}: {members};");
        }

        static string Address(JsonElement address) =>
            $"{address.GetProperty("name").GetString()} <{address.GetProperty("address").GetString()}>";
    }

    public static string? Addresses(IReadOnlyList<Address> actual)
    {
        var text = new List<string>();
        List<string>? members = null;
        var group = "";
        foreach (var address in actual)
        {
            var name = EncodedWords.Decode(address.Name.Span);
            if (address.IsGroupStart)
                (group, members) = (EncodedWords.Decode(address.Mailbox.Span), []);
            else if (address.IsGroupEnd)
            {
                text.Add($"{group}: {string.Join(", ", members!)};");
                members = null;
            }
            else
                (members ?? text).Add($"{name} <{EncodedWords.Decode(Octets.From(address.Spec).Span)}>");
        }

        return text.Count == 0 ? null : string.Join(", ", text);
    }

    public static string Media(JsonElement expected)
    {
        var text = new StringBuilder(expected.GetProperty("c_type").GetString());
        text.Append(expected.GetProperty("c_subtype").GetString() is { } subtype ? $"/{subtype}" : "");
        if (expected.TryGetProperty("attributes", out var attributes) && attributes.ValueKind == JsonValueKind.Array)
            foreach (var pair in attributes.EnumerateArray())
                Append(pair);
        return text.ToString();

        void Append(JsonElement pair)
        {
            var (name, value) =
                pair.ValueKind == JsonValueKind.Array
                    ? (pair[0].GetString(), pair[1].GetString())
                    : (pair.GetProperty("name").GetString(), pair.GetProperty("value").GetString());
            text.Append($"; {name}={value}");
        }
    }

    public static string Media(Octets value)
    {
        var (type, subtype, parameters) = ContentValue.Media(value);
        return Media(type, subtype, parameters);
    }

    public static string? Disposition(Octets value) =>
        ContentValue.Disposition(value) is { } disposition
            ? Media(disposition.Type, default, disposition.Parameters)
            : null;

    static string Media(Octets type, Octets subtype, IReadOnlyList<Parameter> parameters)
    {
        var text = new StringBuilder($"{type}".ToLowerInvariant());
        text.Append(subtype.IsNil ? "" : $"/{subtype}".ToLowerInvariant());
        foreach (var parameter in parameters)
        {
            var decoded = ParameterText.Decode(parameter);
            var name = parameter.Name.ToString().TrimEnd('*').ToLowerInvariant();
            if (decoded.Language.Length > 0)
                text.Append($"; {name}-language={decoded.Language}");
            text.Append($"; {name}={decoded.Text}");
        }

        return text.ToString();
    }

    public static string Date(JsonElement expected)
    {
        var numbers = expected.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number);
        var n = numbers.Select(p => p.Value.GetInt32()).ToArray();
        var sign = expected.GetProperty("tz_before_gmt").GetBoolean() && (n[6] | n[7]) != 0 ? '-' : '+';
        return $"{n[0]:0000}-{n[1]:00}-{n[2]:00} {n[3]:00}:{n[4]:00}:{n[5]:00} {sign}{n[6]:00}:{n[7]:00}";
    }

    public static string? Date(DateTimeOffset? actual) =>
        actual?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
